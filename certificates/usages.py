"""What a certificate can be trusted for: ISE's four boxes, their labels, and which of them need others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        "A server is believed when its chain ends at this certificate: the SMTP server first of all."
    ),
    Usage.ENDPOINTS: _(
        "Clients that show a certificate, and secure syslog targets. Recommended together with the first box "
        "for the authority of the SMTP server; the connection itself asks for the first box only."
    ),
    Usage.ADMIN_AUTH: _("Administrators who sign in with a certificate."),
    Usage.CISCO_SERVICES: _("External services, such as feeds and updates."),
}
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
