"""The form of a repair: whom to trust, how it is known to be genuine, and for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import words
from certificates.importing import confirmations
from certificates.importing.confirmation_form import ConfirmationForm
from certificates.importing.naming import NAME_LENGTH
from certificates.models import USAGE_COLUMNS
from certificates.pki import fingerprints, parse
from certificates.pki.parse import ParseRefused, SourceFile, read_files
from certificates.repair.offers import Outlook, Way
from certificates.repair.repairing import Decision, Proof
from certificates.repair.ways import FOR_MAIL, topmost_of_file
from certificates.truststore import ImportRefused
from console.plain_text import count_visible, refuse_hidden_characters

CHANGED: Final = gettext_lazy(
    "What is offered here has changed since it was shown. Nothing was done: look at it again."
)
SHORTEST_REASON: Final = 10


class RepairForm(ConfirmationForm):
    """Nothing is ticked by itself but the root, where the server sent it, and Cisco's two boxes."""

    way = forms.ChoiceField(
        label=gettext_lazy("Whom to trust"),
        error_messages={"required": gettext_lazy("Choose whom to trust."), "invalid_choice": CHANGED},
    )
    ca_file = forms.FileField(
        label=gettext_lazy("File of the authority"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("PEM, DER or PKCS#7, from its owner; no private key."),
    )
    proof = forms.ChoiceField(
        label=gettext_lazy("How do you know that it is genuine?"),
        choices=[(Proof.FINGERPRINT.value, ""), (Proof.REASON.value, "")],
        initial=Proof.FINGERPRINT.value,
        required=False,
    )
    fingerprint_end = forms.CharField(
        label=gettext_lazy("Last 8 characters of the SHA-256 fingerprint"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "im-mono", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("From its owner, not from this server."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for not comparing"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It is written into the audit."),
    )
    friendly_name = forms.CharField(
        label=gettext_lazy("Friendly name"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=gettext_lazy("Left empty: common name # issuer # number."),
    )

    def __init__(
        self, outlook: Outlook, look: Callable[[Sequence[bytes]], Outlook], *args: Any, **kwargs: Any
    ) -> None:
        initial = {USAGE_COLUMNS[usage]: True for usage in FOR_MAIL} | {"way": _first_choice(outlook)}
        kwargs |= {"initial": initial, "auto_id": "repair_%s"}
        super().__init__(*args, **kwargs)
        self.outlook = outlook
        self._look = look
        self.chosen: Way | None = None
        self.mismatch: Way | None = None
        self._offered = {way.token: way for way in outlook.offered}
        field = self.fields["way"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(value, "") for value in (*self._offered, self.file_value)]

    @property
    def file_value(self) -> str:
        """What stands for the file among the ways."""
        return self.outlook.file_token

    @property
    def is_file_chosen(self) -> bool:
        """Whether the file is what is, or is to be, trusted."""
        return bool(self["way"].value() == self.file_value)

    @property
    def decision(self) -> Decision:
        """What was decided; only after the form was found valid."""
        assert self.chosen is not None
        proof = Proof.FILE if self.is_file_chosen else Proof(self.cleaned_data["proof"])
        return Decision(
            way=self.chosen,
            usages=self.usages,
            proof=proof,
            name=self.cleaned_data["friendly_name"].strip(),
            reason=self.cleaned_data["reason"].strip() if proof is Proof.REASON else "",
            confirmed=self.confirmed,
        )

    def clean(self) -> dict[str, Any]:
        """Find the certificate that is meant and hold the proof against it."""
        cleaned = super().clean()
        if cleaned.get("way") == self.file_value:
            self._read_file(cleaned.get("ca_file"))
        elif "way" in cleaned:
            self.chosen = self._offered[cleaned["way"]]
            self._check_proof(self.chosen, cleaned)
        if self.chosen is not None:
            needed = confirmations.boxes_for(self.chosen.warnings)
            for box in sorted(needed - self.confirmed):
                self.add_error(box.value, _("Tick this, or choose another certificate."))
        return cleaned

    def refuse(self, refusal: ImportRefused) -> None:
        """Show why nothing was imported."""
        self.show(refusal.findings, field="way")

    def _check_proof(self, way: Way, cleaned: dict[str, Any]) -> None:
        if cleaned.get("proof") == Proof.REASON:
            self._check_reason(cleaned.get("reason", ""))
            return
        typed = cleaned.get("fingerprint_end", "")
        if not typed.strip():
            self.add_error("fingerprint_end", _("Type the last 8 characters, or choose another proof."))
        elif not fingerprints.has_end(way.certificate.fields.sha256, typed):
            self.mismatch = way
            self.add_error(
                "fingerprint_end",
                _("This is not the end of its fingerprint: a typing error, or not the owner’s certificate."),
            )

    def _check_reason(self, reason: str) -> None:
        try:
            refuse_hidden_characters(" ".join(reason.split()))
        except ValidationError as refusal:
            self.add_error("reason", refusal)
        else:
            if count_visible(reason) < SHORTEST_REASON:
                self.add_error("reason", _("Say in at least 10 characters why nothing is compared."))

    def _read_file(self, uploaded: Any) -> None:
        if uploaded is None:
            self.add_error("ca_file", _("Choose the file."))
            return
        try:
            read = read_files([SourceFile(uploaded.read(parse.MAX_FILE_BYTES + 1))]).certificates
        except ParseRefused as refusal:
            for finding in refusal.findings:
                self.add_error("ca_file", words.sentence_of(finding))
            return
        self.chosen = topmost_of_file(self._look([item.der for item in read]))
        if self.chosen is None:
            names = ", ".join(f"“{item.fields.display_name}”" for item in read[:5])
            told = _("Nothing in this file would end the refusal. It holds: %(names)s") % {"names": names}
            self.add_error("ca_file", told)


def _first_choice(outlook: Outlook) -> str:
    """The topmost certificate where it is a root that the server sent; a second choice is no default."""
    top = next(iter(outlook.ways), None)
    if top is not None and top.ends_the_refusal and top.certificate.fields.is_self_issued:
        return top.token
    return outlook.file_token if outlook.missing else ""
