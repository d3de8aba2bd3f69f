"""What a repair shows: each way in words, what is missing, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.forms import BoundField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import words
from certificates.chains.climb import Role
from certificates.chains.purposes import purpose_named
from certificates.models import Proposal
from certificates.pki import fingerprints
from certificates.repair.forms import RepairForm
from certificates.repair.offers import Outlook, Switch, Way
from certificates.repair.repairing import Proof
from certificates.repair.ways import outlook
from certificates.usages import LABELS

ROLES: Final = {
    Role.ROOT: gettext_lazy("Root"),
    Role.AUTHORITY: gettext_lazy("Issuing authority"),
    Role.SERVER: gettext_lazy("Certificate of the server itself"),
}
MEANINGS: Final = {
    Role.ROOT: gettext_lazy("Recommended: it stays right when the server renews its certificate."),
    Role.AUTHORITY: gettext_lazy(
        "Second choice: whatever this authority issued is believed, and nothing else of its root. "
        "When the authority is renewed, the new one must be imported."
    ),
    Role.SERVER: gettext_lazy(
        "Last choice: this one certificate is believed. Each time the server renews it, mail stops until "
        "the new one is imported."
    ),
}
SOURCES: Final = {
    "presented": gettext_lazy("Sent by the server"),
    "fetched": gettext_lazy("Fetched"),
    "file": gettext_lazy("From the file"),
}


@dataclass(frozen=True)
class Option:
    """One way as the page draws it; `value` is what the form sends."""

    value: str
    way: Way
    is_chosen: bool
    boxes: Sequence[BoundField]

    @property
    def role(self) -> str:
        """What the certificate is in the chain."""
        return str(ROLES[self.way.role])

    @property
    def meaning(self) -> str:
        """What trusting it means."""
        if self.way.role is Role.SERVER and self.way.certificate.fields.is_self_issued:
            return _("The server signed its own certificate: each renewal must be imported here.")
        return str(MEANINGS[self.way.role])

    @property
    def source(self) -> str:
        """Where it comes from."""
        return str(SOURCES[self.way.source])

    @property
    def fingerprint(self) -> str:
        """Its SHA-256 without the part that is to be typed."""
        return fingerprints.masked(self.way.certificate.fields.sha256)

    @property
    def still(self) -> str:
        """What would be wrong even then."""
        return _still(self.way.outcome.code, self.way.outcome.params)

    @property
    def doubts(self) -> list[str]:
        """What an import would warn of."""
        return [words.sentence_of(finding) for finding in self.way.warnings]


@dataclass(frozen=True)
class SwitchLine:
    """A trusted certificate that is there already, with what its button does."""

    switch: Switch

    @property
    def label(self) -> str:
        """The words of the button."""
        added = self.switch.adds - self._ticked
        boxes = _("”, “").join(str(LABELS[usage]) for usage in LABELS if usage in added)
        if not boxes:
            return _("Enable and test again")
        if self.switch.enables:
            return _("Enable, tick “%(boxes)s” and test again") % {"boxes": boxes}
        return _("Tick “%(boxes)s” and test again") % {"boxes": boxes}

    @property
    def still(self) -> str:
        """What would be wrong even then."""
        return _still(self.switch.outcome.code, self.switch.outcome.params)

    @property
    def _ticked(self) -> frozenset[Any]:
        return frozenset(self.switch.certificate.usages)


def form_of(
    proposal: Proposal,
    data: QueryDict | None = None,
    files: MultiValueDict[str, Any] | None = None,
    *,
    now: datetime,
) -> RepairForm:
    """The form with the ways of a proposal as they stand now."""

    def look(file: Sequence[bytes]) -> Outlook:
        return outlook(proposal, now=now, file=file)

    return RepairForm(outlook(proposal, now=now), look, data, files)


def context_of(proposal: Proposal, form: RepairForm, *, fault: str = "") -> dict[str, Any]:
    """What the repair is drawn from; `fault` says why an issuer could not be fetched."""
    chosen = form["way"].value()
    return {
        "proposal": proposal,
        "form": form,
        "purpose": purpose_named(proposal.purpose).of(proposal.endpoint),
        "options": [
            Option(way.token, way, chosen == way.token, form.boxes_for(way.warnings))
            for way in form.outlook.offered
        ],
        "boxes_of_file": form.boxes_for(form.chosen.warnings) if form.chosen and form.is_file_chosen else [],
        "is_file_chosen": form.is_file_chosen,
        "file_value": form.file_value,
        "is_reason_chosen": form["proof"].value() == Proof.REASON,
        "switches": [SwitchLine(switch) for switch in form.outlook.switches],
        "missing": form.outlook.missing,
        "issuer_url": form.outlook.issuer_url,
        "expired": form.outlook.expired,
        "fault": fault,
    }


def _still(code: str, params: Mapping[str, str]) -> str:
    return "" if code == "OK" else str(words.text_of(code, params))
