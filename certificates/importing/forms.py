"""The form that takes an upload: files or pasted text, nothing of which is trusted yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from certificates import words
from certificates.pki import containers, parse, pem
from certificates.pki.parse import ParseRefused, SourceFile
from console.forms import CrispyForm

FILE_NAME_LENGTH: Final = 80
TEXT_MEGABYTES: Final = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
_TEXT_BYTES: Final = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 4096
"""What is left for the text when the names and the other fields of the form are counted too."""
_SHOWN_LABELS: Final = parse.CERTIFICATE_LABELS | parse.PKCS7_LABELS | {"TRUSTED CERTIFICATE", "X509 CRL"}


class FilesInput(forms.FileInput):
    """A file field of the page that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files, or one."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Check each of them; an empty file is an answer too."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


class UploadForm(CrispyForm, forms.Form):
    """Files or pasted text with one certificate or many."""

    certificate_file = FilesField(
        label=_("Certificate files"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "PEM, DER or PKCS#7 (P7B), each with one certificate or a bundle. All of them together: up to "
            "1,000 certificates and 8 MB, no private key."
        ),
    )
    text = forms.CharField(
        label=_("Or paste the certificates"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 9,
                "spellcheck": "false",
                "class": "im-mono",
                "autocomplete": "off",
                "data-im-most-bytes": _TEXT_BYTES,
                "data-im-too-long": format_lazy(
                    _("The text is larger than {limit} MB, so it was not sent. Choose a file instead."),
                    limit=TEXT_MEGABYTES,
                ),
            }
        ),
        help_text=format_lazy(
            _("Text that begins with -----BEGIN CERTIFICATE-----, up to {limit} MB"), limit=TEXT_MEGABYTES
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for files or text, not both; a private key is not shown again, whatever else is wrong."""
        cleaned = super().clean() or self.cleaned_data
        uploaded, text = cleaned.get("certificate_file"), cleaned.get("text", "")
        if uploaded and text.strip():
            self.add_error("text", _("Choose files or paste text, not both."))
        elif not uploaded and not text.strip() and not self.errors:
            self.add_error("certificate_file", _("Choose a file, or paste certificates."))
        if not _may_be_shown(self.data.get("text", "")):
            self.data = QueryDict(mutable=True)
        return cleaned

    @property
    def sources(self) -> Sequence[SourceFile]:
        """What was sent, each file with its name; not more is read than is taken."""
        uploaded = self.cleaned_data["certificate_file"]
        if not uploaded:
            return [SourceFile(self.cleaned_data["text"].encode())]
        return [SourceFile(one.read(parse.MAX_FILE_BYTES + 1), _file_name(one.name)) for one in uploaded]

    def refuse(self, refusal: ParseRefused) -> None:
        """Show why nothing of it is taken."""
        field = "certificate_file" if self.cleaned_data["certificate_file"] else "text"
        for finding in refusal.findings:
            self.add_error(field, words.sentence_of(finding))


def _file_name(name: str) -> str:
    printable = "".join(c for c in name if c.isprintable())
    return printable if len(printable) <= FILE_NAME_LENGTH else f"{printable[:FILE_NAME_LENGTH]}…"


def _may_be_shown(text: str) -> bool:
    """Whether pasted text is nothing but blocks that hold no private key, as far as can be told.

    A page must not repeat a key, and a damaged one cannot be told from noise: noise is not repeated either.
    """
    if not text.strip():
        return True
    if "PRIVATE" in text.upper():
        return False
    blocks = list(pem.split(text.encode()))
    return bool(blocks) and all(_holds_no_key(block) for block in blocks)


def _holds_no_key(block: pem.Block) -> bool:
    if block.label not in _SHOWN_LABELS:
        return False
    body = block.body
    return body is None or not (
        containers.begins_as_key(body) or containers.is_pkcs12(body) or containers.is_private_key(body)
    )
