"""What a certificate can be trusted for: ISE's four boxes, their labels, and which of them need others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from certificates.pki import trust

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Usage(StrEnum):
    """One *Trusted for* box."""

    INFRASTRUCTURE = trust.INFRASTRUCTURE
    ENDPOINTS = trust.ENDPOINTS
    ADMIN_AUTH = trust.ADMIN_AUTH
    CISCO_SERVICES = trust.CISCO_SERVICES


LABELS: Final[Mapping[Usage, _StrPromise]] = {
    Usage.INFRASTRUCTURE: _("Trust for authentication within ISE"),
    Usage.ENDPOINTS: _("Trust for client authentication and Syslog"),
    Usage.ADMIN_AUTH: _("Trust for certificate based admin authentication"),
    Usage.CISCO_SERVICES: _("Trust for authentication of Cisco Services"),
}
SHORT_LABELS: Final[Mapping[Usage, _StrPromise]] = {
    Usage.INFRASTRUCTURE: _("Infrastructure"),
    Usage.ENDPOINTS: _("Endpoints"),
    Usage.ADMIN_AUTH: _("AdminAuth"),
    Usage.CISCO_SERVICES: _("Cisco Services"),
}
"""The words of ISE's list for the same four boxes."""
EFFECTS: Final[Mapping[Usage, _StrPromise]] = {
    Usage.INFRASTRUCTURE: _(
        "A server is believed when its chain ends at this certificate: SMTP relays, CRL and OCSP over HTTPS, "
        "LDAPS."
    ),
    Usage.ENDPOINTS: _(
        "Syslog over TLS, and clients that show a certificate. Recommended together with the first box for "
        "the authority of the SMTP server; the connection itself asks for the first box only."
    ),
    Usage.ADMIN_AUTH: _("Administrators who sign in with a certificate."),
    Usage.CISCO_SERVICES: _("External services: the token endpoints of OAuth."),
}


@dataclass(frozen=True)
class Consumer:
    """Something that asks for a box; one that does not exist yet is stored for and used by nothing."""

    label: _StrPromise
    exists: bool = False


CONSUMERS: Final[Mapping[Usage, tuple[Consumer, ...]]] = {
    Usage.INFRASTRUCTURE: (
        Consumer(_("SMTP relays"), exists=True),
        Consumer(_("CRL and OCSP over HTTPS"), exists=True),
        Consumer(_("LDAPS")),
    ),
    Usage.ENDPOINTS: (Consumer(_("Syslog over TLS")), Consumer(_("Client certificates"))),
    Usage.ADMIN_AUTH: (Consumer(_("Admin sign-in by certificate")),),
    Usage.CISCO_SERVICES: (Consumer(_("OAuth token endpoints")),),
}
"""Who asks for each box, those that exist first."""
NEEDS: Final[Mapping[Usage, tuple[Usage, ...]]] = {
    Usage.INFRASTRUCTURE: (),
    Usage.ENDPOINTS: (Usage.INFRASTRUCTURE,),
    Usage.ADMIN_AUTH: (Usage.INFRASTRUCTURE, Usage.ENDPOINTS),
    Usage.CISCO_SERVICES: (),
}
"""ISE's dependencies: a box on the left may be ticked only together with those on the right."""


def missing_for(chosen: Iterable[Usage]) -> dict[Usage, tuple[Usage, ...]]:
    """Return each chosen usage whose prerequisites are not all chosen, with the missing ones."""
    held = set(chosen)
    missing = {
        usage: tuple(need for need in NEEDS[usage] if need not in held) for usage in Usage if usage in held
    }
    return {usage: needs for usage, needs in missing.items() if needs}
