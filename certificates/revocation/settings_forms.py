"""The section *Certificate Status Validation* of a certificate's page: it checks, and stores nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from certificates.models import OcspProfile, TrustedCertificate, Unit
from certificates.revocation import settings
from certificates.revocation.address_field import SENTENCES, WebAddressField
from certificates.revocation.distribution import Offer, offer_for
from certificates.revocation.gate import port_warning
from certificates.revocation.settings import Fault, RevocationChange
from console.forms import CrispyForm

AMOUNT: Final = _("Enter a number from 1 to 999.")
WORDS: Final = {
    "NEEDS_OCSP": _("This can be on only while “Validate against OCSP service” is on."),
    "NEEDS_CRL": _("This can be on only while “Download CRL” is on."),
    "NO_SERVICE": _("Choose the OCSP service to ask."),
    "NO_ADDRESS": _("Enter the address to download the CRL from."),
    "ADDRESS": SENTENCES["HOST"],
    "AMOUNT": AMOUNT,
    "UNIT": _("Choose a unit."),
}
RETRIEVALS: Final = [("yes", _("Automatically, before it expires")), ("no", _("Periodically"))]
_PERIODS: Final = (
    "crl_before_amount",
    "crl_before_unit",
    "crl_every_amount",
    "crl_every_unit",
    "crl_retry_amount",
    "crl_retry_unit",
)


def _switch(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


def _amount(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=999,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), AMOUNT),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def _unit() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Unit"), choices=Unit.choices, required=False)


class RevocationForm(CrispyForm, forms.Form):
    """What an admin chooses for an authority; `change` is what the door takes.

    A part that is switched off keeps the service, the address and the periods that are stored.
    """

    ocsp_enabled = _switch(_("Validate against OCSP service"))
    ocsp_profile_id = forms.TypedChoiceField(
        label=_("OCSP service"), coerce=int, empty_value=None, required=False
    )
    ocsp_reject_unknown = _switch(
        _("Reject the request if OCSP returns UNKNOWN status"),
        _("Otherwise the CRL decides, and without one the certificate is accepted."),
    )
    ocsp_reject_unreachable = _switch(
        _("Reject the request if OCSP responder is unreachable"),
        _("Otherwise the CRL decides, and without one the certificate is accepted."),
    )
    crl_enabled = _switch(_("Download CRL"))
    crl_url = WebAddressField(label=_("CRL distribution URL"))
    crl_automatic = forms.TypedChoiceField(
        label=_("Retrieve CRL"),
        choices=RETRIEVALS,
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    crl_before_amount = _amount(_("Before expiration"))
    crl_before_unit = _unit()
    crl_every_amount = _amount(_("Every"))
    crl_every_unit = _unit()
    crl_retry_amount = _amount(_("If download failed, wait"))
    crl_retry_unit = _unit()
    crl_identity_check = _switch(
        _("Enable server identity check"),
        _("The name in the certificate of an HTTPS server must fit the address."),
    )
    crl_bypass_if_missing = _switch(
        _("Bypass CRL verification if CRL is not received"),
        _("Until a list has been received, certificates are accepted without one."),
    )
    crl_ignore_dates = _switch(
        _("Ignore that CRL is not yet valid or has expired"),
        _("The entries of the list count, whatever its dates say."),
    )

    def __init__(
        self, data: Any = None, *, certificate: TrustedCertificate, prefix: str = "status", **options: Any
    ) -> None:
        self._certificate = certificate
        self.stored = settings.current(certificate.pk)
        initial = asdict(self.stored) | {"crl_automatic": "yes" if self.stored.crl_automatic else "no"}
        super().__init__(data, prefix=prefix, initial=initial, **options)
        services = OcspProfile.objects.order_by("name").values_list("pk", "name")
        choices = self.fields["ocsp_profile_id"]
        assert isinstance(choices, forms.TypedChoiceField)
        choices.choices = [("", _("Choose…")), *services]
        self._offer_address()

    @cached_property
    def offer(self) -> Offer | None:
        """The address that certificates name themselves."""
        return offer_for(self._certificate)

    @property
    def is_of_root(self) -> bool:
        """Whether the authority issued its own certificate, so that both name the same list."""
        return self._certificate.is_self_issued

    @property
    def url_warning(self) -> str:
        """A sentence when the stored address cannot be called as things stand, else nothing."""
        return port_warning(self.stored.crl_url) if self.stored.crl_enabled else ""

    @property
    def has_services(self) -> bool:
        """Whether there is an OCSP service to choose."""
        return len(self.fields["ocsp_profile_id"].choices) > 1  # type: ignore[attr-defined]

    @property
    def is_ocsp_faulty(self) -> bool:
        """Whether a field that the switch of OCSP hides has an error to show."""
        return any(name.startswith("ocsp_") for name in self.errors)

    @property
    def is_crl_faulty(self) -> bool:
        """Whether a field that the switch of the CRL hides has an error to show."""
        return any(name.startswith("crl_") for name in self.errors)

    @property
    def change(self) -> RevocationChange:
        """What the checked values choose."""
        return self._change_of(self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        """Say beside each field what it cannot be chosen without."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("crl_enabled"):
            chosen = "crl_before_amount" if cleaned.get("crl_automatic") else "crl_every_amount"
            asked = (chosen, "crl_retry_amount")
            self.show(Fault(name, "AMOUNT") for name in asked if cleaned.get(name) is None)
        self.show(settings.faults_of(self._change_of(cleaned)))
        return cleaned

    def show(self, faults: Iterable[Fault]) -> None:
        """Put what the door refuses beside the fields; one that has an error already keeps it."""
        for fault in faults:
            if fault.field not in self.errors:
                self.add_error(fault.field, str(WORDS[fault.code]))

    def _offer_address(self) -> None:
        if self.offer is None:
            return
        self.fields["crl_url"].widget.attrs["placeholder"] = self.offer.address
        if not self.stored.crl_url and (self.offer.is_of_issued or self.is_of_root):
            self.initial["crl_url"] = self.offer.address

    def _change_of(self, cleaned: dict[str, Any]) -> RevocationChange:
        values: dict[str, Any] = {name: bool(cleaned.get(name)) for name in settings.NAMES}
        values |= {name: cleaned.get(name) or getattr(self.stored, name) for name in _PERIODS}
        values |= {"ocsp_profile_id": cleaned.get("ocsp_profile_id"), "crl_url": cleaned.get("crl_url") or ""}
        if not values["ocsp_enabled"]:
            values["ocsp_profile_id"] = self.stored.ocsp_profile_id
        if not values["crl_enabled"]:
            values |= {name: getattr(self.stored, name) for name in ("crl_url", *_PERIODS)}
        return RevocationChange(**values)
