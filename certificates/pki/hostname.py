"""Compares the host that was asked for with the names in the server's certificate (RFC 9525)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

import idna
from cryptography import x509
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import (
    DNS_ID,
    CertificatePattern,
    DNSPattern,
    IPAddress_ID,
    IPAddressPattern,
    verify_service_identity,
)

from certificates.pki.field_reader import UNREADABLE
from certificates.pki.fields import read
from certificates.pki.verdict import Finding

LONGEST_NAME: Final = 253
LONGEST_LABEL: Final = 63


def is_address(host: str) -> bool:
    """Whether the host is an IPv4 or IPv6 literal."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def ascii_host(host: str) -> str:
    """The host as it goes into SNI and is compared: A-labels, lower case, no final dot.

    A name that IDNA cannot encode comes back as it is and will match no certificate.
    """
    bare = (host.strip("[]") if is_address(host) else host).removesuffix(".").lower()
    if bare.isascii():
        return bare
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        return bare


def is_host_name(asked: str) -> bool:
    """Whether `ascii_host` made a name of it that a server can have."""
    labels = asked.split(".")
    if not asked.isascii() or any(not 0 < len(label) <= LONGEST_LABEL for label in labels):
        return False
    return len(asked) <= LONGEST_NAME and _identity(asked) is not None


def name_finding(certificate: x509.Certificate, host: str) -> Finding | None:
    """Say why the certificate is not for the host, or None when it is; the common name never counts.

    Each name in the certificate counts by itself: one that no host can have stands in no other's way.
    """
    asked = ascii_host(host)
    try:
        patterns = list(_patterns(certificate))
    except UNREADABLE as error:
        return Finding("CERT_UNREADABLE", {"name": read(certificate).display_name, "detail": str(error)}, "E")
    found = read(certificate)
    if not found.names:
        return Finding("NO_SAN", {"host": asked, "name": found.subject_name}, "E")
    wanted: IPAddress_ID | DNS_ID | None = None
    if is_address(asked):
        wanted = IPAddress_ID(asked)
    elif is_host_name(asked):
        wanted = _identity(asked)
    return None if wanted is not None and _is_among(patterns, wanted) else _mismatch(certificate, asked)


def _patterns(certificate: x509.Certificate) -> Iterator[CertificatePattern]:
    """The names of hosts and the addresses; raises what `UNREADABLE` lists."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for name in names.get_values_for_type(x509.DNSName):
        # The library would cut blanks away, and take what is left for the name.
        if name == name.strip():
            try:
                yield DNSPattern.from_bytes(name.encode())
            except CertificateError:
                continue
    for address in names.get_values_for_type(x509.IPAddress):
        if isinstance(address, ipaddress.IPv4Address | ipaddress.IPv6Address):
            yield IPAddressPattern(address)


def _identity(asked: str) -> DNS_ID | None:
    """What the library compares; it takes no address, no number, and would cut blanks away."""
    if asked != asked.strip():
        return None
    try:
        return DNS_ID(asked)
    except ValueError:
        return None


def _is_among(patterns: list[CertificatePattern], wanted: DNS_ID | IPAddress_ID) -> bool:
    try:
        verify_service_identity(patterns, [wanted], [])
    except (VerificationError, CertificateError):
        return False
    return True


def _mismatch(certificate: x509.Certificate, asked: str) -> Finding:
    names = read(certificate).names
    if is_address(asked) and not any(is_address(name) for name in names):
        return Finding("IP_MISMATCH", {"host": asked, "names": ", ".join(names)}, "E")
    return Finding("HOSTNAME_MISMATCH", {"host": asked, "names": ", ".join(names)}, "E")
