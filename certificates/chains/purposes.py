"""What verified connections are made for: upper floors register, the pages put a seen chain into words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.models import OcspProfile, RevocationSettings


def _nothing(_endpoint: str) -> Iterable[str]:
    return ()


def _always(_endpoint: str) -> bool:
    return True


@dataclass(frozen=True)
class Purpose:
    """One kind of connection, such as that to the SMTP server.

    `carries` names what goes through an endpoint, such as the kinds of mail; `is_current` says whether the
    endpoint is one that the settings name now; `url_name` is the page of these settings, which needs
    `permission`.
    """

    name: str
    label: str | Promise
    carries: Callable[[str], Iterable[str]] = _nothing
    is_current: Callable[[str], bool] = _always
    url_name: str = ""
    permission: str = ""

    def of(self, endpoint: str) -> str:
        """The purpose with its endpoint in words, such as `SMTP server mail.testlab.com:587`."""
        return _("%(purpose)s %(endpoint)s") % {"purpose": self.label, "endpoint": endpoint}


def _is_list_address(endpoint: str) -> bool:
    return RevocationSettings.objects.filter(crl_enabled=True, crl_url__startswith=endpoint).exists()


def _is_service_address(endpoint: str) -> bool:
    """Whether a profile in use names the address, or takes the address from the certificates."""
    named = Q(primary_url__startswith=endpoint) | Q(secondary_url__startswith=endpoint) | Q(use_aia=True)
    return OcspProfile.objects.filter(named, revocationsettings__ocsp_enabled=True).exists()


SMTP: Final = "smtp"
CRL: Final = "crl"
OCSP: Final = "ocsp"
_registered: Final[dict[str, Purpose]] = {
    SMTP: Purpose(SMTP, gettext_lazy("SMTP server")),
    CRL: Purpose(CRL, gettext_lazy("Revocation list"), is_current=_is_list_address),
    OCSP: Purpose(OCSP, gettext_lazy("OCSP service"), is_current=_is_service_address),
}


def register_purpose(purpose: Purpose) -> None:
    """Let an app say what its verified connections are for; it takes the place of one with the same name."""
    _registered[purpose.name] = purpose


def purpose_named(name: str) -> Purpose:
    """Return the purpose; one that nobody registered is called by its name."""
    return _registered.get(name) or Purpose(name, name)
