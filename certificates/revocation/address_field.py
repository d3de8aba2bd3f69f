"""The form field for the web address of a responder or of a list."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from certificates.revocation.addresses import LENGTH, AddressRefused, clean_address

SENTENCES: Final = {
    "SPACE": _("A web address has no spaces, backslashes or invisible characters."),
    "SCHEME": _("Enter an address that begins with http:// or https://."),
    "CREDENTIALS": _("Enter the address without a user name and password."),
    "HOST": _("The address names no valid host."),
    "PORT": _("The port of the address must be from 1 to 65535."),
}


class WebAddressField(forms.CharField):
    """An http or https address; its clean value is the address as it is asked for, or nothing."""

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        widget = forms.TextInput(attrs=attributes | {"inputmode": "url"})
        super().__init__(label=label, help_text=help_text, required=False, max_length=LENGTH, widget=widget)

    def clean(self, value: Any) -> str:
        """Return the clean address; the error says what is wrong with it."""
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return clean_address(text)
        except AddressRefused as refused:
            raise ValidationError(SENTENCES[refused.reason], code=refused.reason) from refused
