"""The form that takes an upload: it checks and converts, and stores nothing."""

from __future__ import annotations

import contextlib
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from certificates.models import USAGE_COLUMNS
from certificates.pki import parse, pem
from certificates.pki.verdict import Finding
from certificates.truststore import ImportRefused
from certificates.usage_form import UsageForm
from certificates.usages import Usage

NAME_LENGTH: Final = 255
NAME_HELP = _("Empty: a name is made of the names of the certificate and of its issuer.")


class ImportForm(UsageForm):
    """A file or pasted text with one certificate or several."""

    certificate_file = forms.FileField(
        label=_("Certificate file"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "PEM, DER or PKCS#7, one certificate or a bundle of up to 100; at most 1 MB, no private key."
        ),
    )
    text = forms.CharField(
        label=_("Or paste the certificate"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 7, "spellcheck": "false", "class": "im-mono", "autocomplete": "off"}
        ),
        help_text=_("Text that begins with -----BEGIN CERTIFICATE-----"),
    )
    friendly_name = forms.CharField(
        label=_("Friendly name"), required=False, max_length=NAME_LENGTH, help_text=NAME_HELP
    )
    description = forms.CharField(label=_("Description"), required=False, max_length=500)
    accept_warnings = forms.BooleanField(label=_("Import in spite of this"), required=False)

    field_order = ("certificate_file", "text", "friendly_name", "description")
    warnings: tuple[Finding, ...] = ()
    parsed: tuple[parse.ParsedCertificate, ...] = ()
    file_data = b""

    @classmethod
    def to_review(cls, text: str) -> ImportForm:
        """A form with certificates that a server presented, and the boxes that its authority needs ticked."""
        boxes = {USAGE_COLUMNS[usage]: True for usage in (Usage.INFRASTRUCTURE, Usage.ENDPOINTS)}
        form = cls(initial=boxes | {"text": _without_keys(text)})
        with contextlib.suppress(parse.ParseRefused):
            form.parsed = parse.parse_file(text.encode())
        return form

    def clean(self) -> dict[str, Any]:
        """Read the upload; every block that is refused is named, and a private key is not shown again."""
        cleaned = super().clean()
        uploaded, text = cleaned.get("certificate_file"), cleaned.get("text", "")
        if uploaded and text.strip():
            self.add_error("text", _("Choose a file or paste text, not both."))
        elif not uploaded and not text.strip():
            self.add_error("certificate_file", _("Choose a file, or paste the certificate below."))
        else:
            self._read(uploaded.read(parse.MAX_FILE_BYTES + 1) if uploaded else text.encode())
        kept = self._as_text() if self.errors and self.parsed else self.data.get("text", "")
        self._keep_text(_without_keys(kept))
        return cleaned

    @property
    def source(self) -> str:
        """The field that the certificates came from."""
        return "certificate_file" if self.cleaned_data.get("certificate_file") else "text"

    def refuse(self, refusal: ImportRefused) -> None:
        """Show why nothing was stored; what a file held now stands in the text field, not to be lost."""
        self.warnings = tuple(finding for finding in refusal.findings if finding.severity == "W")
        self.show((f for f in refusal.findings if f.severity == "E"), field=self.source)
        self._keep_text(self._as_text())

    def _read(self, data: bytes) -> None:
        self.file_data = data
        try:
            self.parsed = parse.parse_file(data)
        except parse.ParseRefused as refusal:
            self.show(refusal.findings, field=self.source)

    def _as_text(self) -> str:
        return "".join(pem.encode(item.der) for item in self.parsed)

    def _keep_text(self, text: str) -> None:
        data = QueryDict(mutable=True)
        data.update(dict(self.data.items()) | {"text": text})
        self.data = data


def _without_keys(text: str) -> str:
    """The text, or nothing when a private key stands in it: a page never shows one again."""
    return "" if any(block.is_private_key for block in pem.split(text.encode())) else text
