"""The form on the page of an upload: which certificates to import, and as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates import words
from certificates.importing import confirmations
from certificates.importing.choice import Choice
from certificates.importing.choosing import ChoiceRefused
from certificates.importing.confirmation_form import ConfirmationForm
from certificates.importing.confirmations import Confirmation
from certificates.importing.judging import Judgement
from certificates.importing.naming import NAME_LENGTH
from certificates.importing.replacing import Fate, Replacement
from certificates.models import TrustedCertificate
from certificates.pki.verdict import Finding

MOST_OFFERED: Final = 3
"""Older certificates of one subject that are offered for replacement."""


class PlacesField(forms.Field):
    """The places of the certificates that are ticked; what is not offered is ignored."""

    widget = forms.SelectMultiple

    def __init__(self, offered: Sequence[int], **options: Any) -> None:
        super().__init__(required=False, **options)
        self._offered = {str(place): place for place in offered}

    def to_python(self, value: Any) -> list[int]:
        """The ticked places in the order of the upload."""
        return sorted({self._offered[text] for text in value or () if text in self._offered})


class ChoiceForm(ConfirmationForm):
    """Which certificates of an upload are imported, with the boxes of ISE's import form."""

    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=500,
        help_text=_("The same for all of them."),
    )
    validate_extensions = forms.BooleanField(
        label=_("Validate certificate extensions"),
        required=False,
        help_text=_(
            "Refuse what does not say that it is an authority: CA true, and keyCertSign in its key usage."
        ),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(
        self, judged: Mapping[int, Judgement], names: Mapping[int, str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.judged = judged
        self.by_place: dict[int, list[str]] = {}
        self.missing: list[Confirmation] = []
        offered = [place for place, judgement in judged.items() if judgement.duplicate is None]
        self.fields["taken"] = PlacesField(offered, label=_("Certificates"), initial=offered)
        for place, name in names.items():
            self.fields[f"name_{place}"] = forms.CharField(
                label=_("Friendly name"), required=False, max_length=NAME_LENGTH, initial=name
            )
        for place, judgement in judged.items():
            if judgement.predecessors:
                self.fields[f"replace_{place}"] = _replacement_field(judgement.predecessors)

    @property
    def boxes_shown(self) -> list[forms.BoundField]:
        """The confirmations that some certificate of the upload needs."""
        return self.boxes_for(
            finding
            for judgement in self.judged.values()
            if judgement.duplicate is None
            for finding in judgement.warnings
        )

    @property
    def taken(self) -> frozenset[int]:
        """The places that are ticked on the page."""
        if not self.is_bound:
            return frozenset(self.fields["taken"].initial)
        return frozenset(getattr(self, "cleaned_data", {}).get("taken", ()))

    @property
    def choice(self) -> Choice:
        """What was chosen; by the second button without those that need a confirmation nobody gave."""
        whole = Choice(
            taken=tuple(self.cleaned_data["taken"]),
            usages=self.usages,
            description=self.cleaned_data["description"].strip(),
            names=dict(self._names()),
            replacements=dict(self._replacements()),
            confirmed=self.confirmed,
            validate_extensions=self.cleaned_data["validate_extensions"],
        )
        if "leave_out" not in self.data:
            return whole
        sound = [place for place in whole.taken if not whole.findings(place, self.judged[place])]
        return Choice(**{**vars(whole), "taken": tuple(sound)})

    def refuse(self, refusal: ChoiceRefused) -> None:
        """Show why nothing is imported, beside each certificate and on top of the page."""
        for finding in refusal.general:
            self.add_error("taken" if finding.code == "NOTHING_CHOSEN" else None, words.sentence_of(finding))
        warnings: list[Finding] = []
        for place, findings in refusal.by_place.items():
            warnings += [finding for finding in findings if finding.severity == "W"]
            for finding in findings:
                if finding.severity == "E":
                    self._refuse_at(place, finding)
        needed = confirmations.boxes_for(warnings)
        self.missing = [box for box in Confirmation if box in needed]
        for box in self.missing:
            self.add_error(box.value, _("Tick this, or leave out the certificates that need it."))

    def _refuse_at(self, place: int, finding: Finding) -> None:
        field = f"name_{place}"
        if finding.code in {"NAME_TAKEN", "NAME_TWICE"} and field in self.fields:
            self.add_error(field, words.sentence_of(finding))
            return
        self.by_place.setdefault(place, []).append(words.sentence_of(finding))
        self.add_error("taken", words.sentence_of(finding))

    def _names(self) -> Iterator[tuple[int, str]]:
        for place in self.judged:
            name = self.cleaned_data.get(f"name_{place}", "").strip()
            if name:
                yield place, name

    def _replacements(self) -> Iterator[tuple[int, Replacement]]:
        for place in self.judged:
            chosen = self.cleaned_data.get(f"replace_{place}")
            if chosen:
                old, fate = chosen.split("-")
                yield place, Replacement(int(old), Fate(fate))


def _replacement_field(predecessors: Sequence[TrustedCertificate]) -> forms.ChoiceField:
    choices: list[tuple[str, Any]] = [("", _("Keep both"))]
    for row in predecessors[:MOST_OFFERED]:
        name = row.friendly_name
        choices += [
            (f"{row.pk}-{Fate.DELETE}", _("Replace “%(name)s” and delete it") % {"name": name}),
            (f"{row.pk}-{Fate.DISABLE}", _("Replace “%(name)s” and keep it disabled") % {"name": name}),
        ]
    return forms.ChoiceField(
        label=_("Renewed authority"),
        required=False,
        choices=choices,
        help_text=_(
            "The new certificate then takes over friendly name, description, status, usages and revocation "
            "settings of the old one."
        ),
    )
