"""Is this the name or address of a server? Checked and brought into the form that goes over the wire."""

from __future__ import annotations

import ipaddress
import re

import idna

MAX_NAME_LENGTH = 253
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


class HostRefused(Exception):
    """This is no host; `reason` is EMPTY, SCHEME, PORT, SPACE, SCOPE, ADDRESS or NAME."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean_host(text: str) -> str:
    """Return a host name in A-labels without a final dot, or an address in its shortest form.

    Raises HostRefused. A name whose last label is a number is refused, as it is no name and some resolvers
    read it as an address (RFC 3696 2).
    """
    host = text.strip()
    _refuse_lookalikes(host)
    if (address := _address(host)) is not None:
        return address
    if ":" in host or host.startswith("["):
        raise HostRefused("ADDRESS" if host.count(":") > 1 or host.startswith("[") else "PORT")
    return _name(host)


def _refuse_lookalikes(host: str) -> None:
    if not host:
        raise HostRefused("EMPTY")
    if "//" in host or "/" in host or "@" in host:
        raise HostRefused("SCHEME")
    if any(char.isspace() or not char.isprintable() for char in host):
        raise HostRefused("SPACE")
    if "%" in host:
        raise HostRefused("SCOPE")


def _address(host: str) -> str | None:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return None


def _name(host: str) -> str:
    bare = host.rstrip(".") if host.endswith(".") and not host.endswith("..") else host
    try:
        name = bare.lower() if bare.isascii() else idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise HostRefused("NAME") from None
    labels = name.split(".")
    if len(name) > MAX_NAME_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise HostRefused("NAME")
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        raise HostRefused("ADDRESS")
    return name
