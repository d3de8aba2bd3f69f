"""The outbound gate: which address and port the console may be made to call by somebody in a browser."""

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings

PORTS = frozenset({25, 465, 587, 2525})


class Refusal(StrEnum):
    """Why the gate is shut."""

    NOT_AN_ADDRESS = "NOT_AN_ADDRESS"
    LINK_LOCAL = "LINK_LOCAL"
    LOOPBACK = "LOOPBACK"
    MULTICAST = "MULTICAST"
    UNSPECIFIED = "UNSPECIFIED"
    PORT = "PORT"


def refusal(address: str, port: int) -> str | None:
    """Return None when a call to a resolved address is allowed, else the reason.

    Call it with each address a name resolved to and connect to that same address, so that a name which
    changes its answer gains nothing. Private ranges are allowed, since relays stand there; what
    ISE_MAIL_EGRESS_ALLOW lists is allowed at its own port only (CWE-918).
    """
    try:
        parsed = _unmapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return Refusal.NOT_AN_ADDRESS
    if _is_listed(parsed, port):
        return None
    for is_shut, reason in (
        (parsed.is_unspecified, Refusal.UNSPECIFIED),
        (parsed.is_loopback, Refusal.LOOPBACK),
        (parsed.is_link_local, Refusal.LINK_LOCAL),
        (parsed.is_multicast or str(parsed) == "255.255.255.255", Refusal.MULTICAST),
        (port not in PORTS, Refusal.PORT),
    ):
        if is_shut:
            return reason
    return None


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address inside an IPv4-mapped IPv6 one (RFC 4291 section 2.5.5.2)."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_listed(address: IPv4Address | IPv6Address, port: int) -> bool:
    for allowed in settings.ISE_MAIL_EGRESS_ALLOW:
        hosts = {"127.0.0.1", "::1"} if allowed.host == "localhost" else {allowed.host}
        if allowed.port == port and str(address) in hosts:
            return True
    return False
