"""The form of the Alarm settings page."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alarms.preferences import Preference
from console.forms import CrispyForm
from notifications.mail.address import AddressRefused, clean_mailbox

_MOST_ADDRESSES = 50


class AddressesField(forms.CharField):
    """Addresses separated with commas; their clean value is a tuple without repetitions."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Enter Multiple Emails Separated with Comma"),
            help_text=gettext_lazy("Besides the administrators who have system alarms in emails."),
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            max_length=5000,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """Show a stored tuple as text; text that was typed stays as it is."""
        return ", ".join(value) if isinstance(value, tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the addresses; every one that is none is named in the error."""
        words = [word.strip() for word in super().clean(value).split(",") if word.strip()]
        bad = [word for word in words if not _is_address(word)]
        if bad:
            raise forms.ValidationError(
                _("This is no e-mail address: %(words)s") % {"words": ", ".join(bad)}, code="address"
            )
        if len(words) > _MOST_ADDRESSES:
            raise forms.ValidationError(
                _("Enter at most %(most)d addresses.") % {"most": _MOST_ADDRESSES}, code="many"
            )
        return tuple(dict.fromkeys(clean_mailbox(word) for word in words))


class AlarmSettingsForm(CrispyForm, forms.Form):
    """One block of fields for each alarm."""

    expiration_enabled = forms.BooleanField(label=gettext_lazy("Enable"), required=False)
    expiration_days = forms.IntegerField(
        label=gettext_lazy("Days before expiration"),
        required=False,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        widget=forms.NumberInput(attrs={"min": 1, "max": 365, "inputmode": "numeric"}),
    )
    expiration_addresses = AddressesField()
    expired_enabled = forms.BooleanField(label=gettext_lazy("Enable"), required=False)
    expired_addresses = AddressesField()

    @staticmethod
    def initial_from(expiration: Preference, expired: Preference) -> dict[str, Any]:
        """Return the form's initial values for two alarms' settings."""
        return {
            "expiration_enabled": expiration.is_enabled,
            "expiration_days": expiration.days,
            "expiration_addresses": expiration.addresses,
            "expired_enabled": expired.is_enabled,
            "expired_addresses": expired.addresses,
        }

    def clean(self) -> dict[str, Any]:
        """Ask for the days only while the alarm is on: the page leaves out the fields of one that is off."""
        data = self.cleaned_data
        if data.get("expiration_enabled") and data.get("expiration_days", 0) is None:
            self.add_error("expiration_days", _("Enter a number of days from 1 to 365."))
        return data

    def preferences(self) -> dict[str, Preference]:
        """Return the settings by alarm as the valid form has them; an alarm that is off keeps what it had."""
        return {
            "certificate-expiration": self._preference("expiration"),
            "certificate-expired": self._preference("expired"),
        }

    def _preference(self, name: str) -> Preference:
        is_enabled = self.cleaned_data[f"{name}_enabled"]
        values = self.cleaned_data if is_enabled else self.initial
        return Preference(is_enabled, values.get(f"{name}_days"), values[f"{name}_addresses"])


def _is_address(word: str) -> bool:
    try:
        clean_mailbox(word)
    except AddressRefused:
        return False
    return True
