"""The form of the Guest email settings: it checks and converts, and saves nothing."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from console.forms import CrispyForm
from notifications.mail.address import AddressRefused, clean_mailbox
from notifications.senders import GuestEmailSettings

NOT_AN_ADDRESS: Final = _("Enter one email address, such as donotreply@example.com.")
FROM_SPONSOR: Final = "sponsor"
FROM_DEFAULT: Final = "default"


class MailboxField(forms.CharField):
    """A field for one address that mail may be sent to; its value is the address as it goes over the wire."""

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=1000,
            widget=widget,
            error_messages={"required": NOT_AN_ADDRESS},
        )

    def clean(self, value: Any) -> str:
        """Return the address; raises ValidationError with one sentence."""
        try:
            return clean_mailbox(super().clean(value))
        except AddressRefused as refused:
            raise ValidationError(NOT_AN_ADDRESS) from refused


class GuestEmailForm(CrispyForm, forms.Form):
    """The Guest email settings as the page shows them."""

    enabled = forms.BooleanField(label=_("Enable email notifications to guests"), required=False)
    default_from = MailboxField(
        label=_("Default “From” email address"),
        help_text=_("Guests see this address. The mail server must accept it as a sender."),
    )
    sender = forms.ChoiceField(
        label=_("Sender"),
        choices=[
            (FROM_SPONSOR, _("Send notifications from sponsor's email address (if sponsored)")),
            (FROM_DEFAULT, _("Always send notifications from the default email address")),
        ],
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, saved: GuestEmailSettings) -> "GuestEmailForm":
        """Return the form filled with what is saved."""
        return cls(
            initial={
                "enabled": saved.enabled,
                "default_from": saved.default_from,
                "sender": FROM_DEFAULT if saved.always_default else FROM_SPONSOR,
            }
        )

    @property
    def wanted(self) -> GuestEmailSettings:
        """The settings that the checked values describe."""
        values = self.cleaned_data
        return GuestEmailSettings(values["enabled"], values["default_from"], values["sender"] == FROM_DEFAULT)


class TestMailForm(forms.Form):
    """To which address a test mail goes."""

    address = MailboxField(label=_("Email address"))
