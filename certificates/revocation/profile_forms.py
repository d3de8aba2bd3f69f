"""The form of an OCSP client profile: it checks and converts, and stores nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.models import OcspProfile
from certificates.revocation import profiles
from certificates.revocation.address_field import WebAddressField
from certificates.revocation.profiles import Profile
from console.forms import CrispyForm

NAME_TAKEN: Final = _("Another profile has this name.")
ADDRESS_MISSING: Final = _(
    "Enter the address of a responder, or let the profile use the one specified in the certificate."
)
_NUMBERS: Final = {"inputmode": "numeric", "autocomplete": "off"}


def _number(
    label: Any, *, initial: int, lowest: int, highest: int, refusal: Any, help_text: Any
) -> forms.Field:
    return forms.IntegerField(
        label=label,
        initial=initial,
        min_value=lowest,
        max_value=highest,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), refusal),
        help_text=help_text,
        widget=forms.TextInput(attrs=_NUMBERS),
    )


class ProfileForm(CrispyForm, forms.Form):
    """What an admin chooses for a profile; `profile` is what the door takes."""

    name = forms.CharField(
        label=_("Name"), max_length=100, error_messages={"required": _("Enter a name for the profile.")}
    )
    description = forms.CharField(label=_("Description"), required=False, max_length=500)
    primary_url = WebAddressField(
        label=_("Primary server URL"),
        help_text=_("Such as http://ocsp.testlab.com/ with a port if it is not 80."),
    )
    secondary_url = WebAddressField(
        label=_("Secondary server URL"), help_text=_("Asked when the primary server gives no usable answer.")
    )
    use_aia = forms.BooleanField(
        label=_("Use OCSP URLs specified in the certificate"),
        required=False,
        help_text=_("The address under Authority Information Access is asked first."),
    )
    timeout_seconds = _number(
        _("Timeout (s)"),
        initial=5,
        lowest=1,
        highest=30,
        refusal=_("Enter 1 to 30 seconds."),
        help_text=_("The longest wait for one server."),
    )
    enable_nonce = forms.BooleanField(
        label=_("Enable nonce extension support"),
        required=False,
        initial=True,
        help_text=_("Each question carries a number of its own, so that an old answer cannot be replayed."),
    )
    validate_signature = forms.BooleanField(
        label=_("Validate response signature"),
        required=False,
        initial=True,
        help_text=_("The answer must be signed by the authority itself or by a responder that it appointed."),
    )
    cache_minutes = _number(
        _("Cache entry time to live (minutes)"),
        initial=1440,
        lowest=0,
        highest=10080,
        refusal=_("Enter 0 to 10080 minutes."),
        help_text=_("How long an answer is kept at most; never longer than the answer itself allows."),
    )

    def __init__(self, *args: Any, profile_id: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._profile_id = profile_id

    @classmethod
    def of(cls, row: OcspProfile) -> ProfileForm:
        """The form filled with what is stored."""
        return cls(initial=asdict(profiles.chosen(row)), profile_id=row.pk)

    @property
    def profile(self) -> Profile:
        """What the checked values choose."""
        return Profile(**self.cleaned_data)

    def clean_name(self) -> str:
        """Refuse a name that another profile has."""
        name: str = self.cleaned_data["name"]
        if profiles.is_name_taken(name, other_than=self._profile_id):
            raise forms.ValidationError(NAME_TAKEN)
        return name

    def clean(self) -> dict[str, Any]:
        """Ask for an address unless that of the certificate is used."""
        cleaned = super().clean() or self.cleaned_data
        if (
            not self.errors.get("primary_url")
            and not cleaned.get("primary_url")
            and not cleaned.get("use_aia")
        ):
            self.add_error("primary_url", ADDRESS_MISSING)
        return cleaned
