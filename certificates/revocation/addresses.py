"""Is this the web address of a responder or of a list? Checked before it is stored; nothing is looked up."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

import idna

SCHEMES: Final = {"http": 80, "https": 443}
LENGTH: Final = 1000
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?", re.IGNORECASE)


class AddressRefused(Exception):
    """This is no web address to ask; `reason` is SPACE, SCHEME, CREDENTIALS, HOST or PORT."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean_address(text: str) -> str:
    """Return an http or https address, its host in A-labels, without a fragment; raises AddressRefused."""
    address = text.strip()
    if any(char.isspace() or not char.isprintable() for char in address) or "\\" in address:
        raise AddressRefused("SPACE")
    try:
        parts = urlsplit(address)
    except ValueError:
        raise AddressRefused("HOST") from None
    if parts.scheme.lower() not in SCHEMES:
        raise AddressRefused("SCHEME")
    if "@" in parts.netloc:
        raise AddressRefused("CREDENTIALS")
    host, port = _host_of(parts), _port_of(parts)
    place = host if port is None or port == SCHEMES[parts.scheme.lower()] else f"{host}:{port}"
    return parts._replace(scheme=parts.scheme.lower(), netloc=place, fragment="").geturl()


def port_of(address: str) -> int:
    """The port that a clean address leads to."""
    parts = urlsplit(address)
    return parts.port or SCHEMES[parts.scheme]


def _port_of(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        raise AddressRefused("PORT") from None
    if port == 0:
        raise AddressRefused("PORT")
    return port


def _host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "%" in host:
        raise AddressRefused("HOST")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _name(host)
    return f"[{address}]" if address.version == 6 else str(address)


def _name(host: str) -> str:
    bare = host.removesuffix(".").lower()
    try:
        name = bare if bare.isascii() else idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise AddressRefused("HOST") from None
    labels = name.split(".")
    is_number = labels[-1].isdigit() or labels[-1].startswith("0x")
    if len(name) > 253 or is_number or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("HOST")
    return name
