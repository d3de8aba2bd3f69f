"""The outbound gate: which address and port the console may be made to call by somebody in a browser."""

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from django.conf import settings

PORTS = frozenset({25, 465, 587, 2525})
"""Where mail relays listen."""
WEB_PORTS = frozenset({80, 443})
"""Where revocation lists, OCSP responders and issuing certificates lie."""
METADATA: Final = frozenset({"fd00:ec2::254", "100.100.100.200"})
"""Metadata services of clouds that do not stand at a link-local address."""
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_THIS_NETWORK: Final = ip_network("0.0.0.0/8")


class Refusal(StrEnum):
    """Why the gate is shut."""

    NOT_AN_ADDRESS = "NOT_AN_ADDRESS"
    LINK_LOCAL = "LINK_LOCAL"
    LOOPBACK = "LOOPBACK"
    MULTICAST = "MULTICAST"
    UNSPECIFIED = "UNSPECIFIED"
    METADATA = "METADATA"
    PORT = "PORT"


def refusal(address: str, port: int, *, ports: frozenset[int] = PORTS) -> str | None:
    """Return None when a call to a resolved address is allowed, else the reason.

    Call it with each address a name resolved to and connect to that same address, so that a name which
    changes its answer gains nothing. `ports` are those that the kind of call may use anywhere. Private ranges
    are allowed, since relays stand there; what ISE_MAIL_EGRESS_ALLOW lists is allowed at its own port only
    (CWE-918).
    """
    try:
        parsed = _unmapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return Refusal.NOT_AN_ADDRESS
    if _is_listed(parsed, port):
        return None
    for is_shut, reason in (
        (parsed.is_unspecified or parsed in _THIS_NETWORK, Refusal.UNSPECIFIED),
        (parsed.is_loopback, Refusal.LOOPBACK),
        (parsed.is_link_local, Refusal.LINK_LOCAL),
        (parsed.is_multicast or str(parsed) == "255.255.255.255", Refusal.MULTICAST),
        (str(parsed) in METADATA, Refusal.METADATA),
        (port not in ports, Refusal.PORT),
    ):
        if is_shut:
            return reason
    return None


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one stands for, so that no notation leads around the gate.

    IPv4-mapped (RFC 4291 section 2.5.5.2), IPv4-compatible, translated (RFC 6052), and 6to4 (RFC 3056).
    """
    if not isinstance(address, IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _TRANSLATED or (address in _COMPATIBLE and int(address) > 0xFFFF):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_listed(address: IPv4Address | IPv6Address, port: int) -> bool:
    for allowed in settings.ISE_MAIL_EGRESS_ALLOW:
        hosts = {"127.0.0.1", "::1"} if allowed.host == "localhost" else {allowed.host}
        if allowed.port == port and str(address) in hosts:
            return True
    return False
