"""What is said about certificates that OpenSSL accepts in a chain, but that cannot be read in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import der, extensions, fields, loose
from certificates.pki.extension_split import RawExtension, alone, split_extensions
from certificates.pki.verdict import Finding

EXTENDED_KEY_USAGE: Final = "2.5.29.37"
NETSCAPE_TYPE: Final = "2.16.840.1.113730.1.1"
PROXY: Final = "1.3.6.1.5.5.7.1.14"
NAMES: Final = {
    "2.5.29.15": "keyUsage",
    "2.5.29.17": "subjectAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    EXTENDED_KEY_USAGE: "extKeyUsage",
    "2.5.29.54": "inhibitAnyPolicy",
}
"""Extensions whose contents decide about a chain, by the names of RFC 5280 section 4.2.1."""


def first_of(chain: Sequence[bytes]) -> int | None:
    """The depth of the first certificate of a chain that the library does not load, or None."""
    return next((depth for depth, one in enumerate(chain) if why_not_loaded(one)), None)


def why_not_loaded(certificate: bytes) -> str:
    """The library's reason for not loading a certificate, nothing for one that it loads."""
    try:
        fields.load(certificate)
    except fields.CertificateUnreadable as error:
        return str(error) or "?"
    return ""


def why_not_accepted(certificate: bytes) -> str:
    """Why a certificate is not taken: the library's reason, or which names OpenSSL cannot decode."""
    return why_not_loaded(certificate) or ", ".join(loose.unread_names(certificate))


def extras(presented: Sequence[bytes], verified: Sequence[bytes]) -> Iterator[Finding]:
    """Warn of certificates that were sent, are no part of the chain, and cannot be loaded."""
    for certificate in presented:
        detail = "" if certificate in verified else why_not_loaded(certificate)
        if detail:
            yield Finding("CERT_UNREADABLE", {"name": loose.name_of(certificate), "detail": detail}, "W")


def finding(certificate: x509.Certificate, depth: int, *, detail: str) -> Finding:
    """Say what of a certificate cannot be read; `detail` is told where no extension can be named."""
    params = {"name": fields.read(certificate).display_name, "detail": fault_of(certificate) or detail}
    return Finding("CERT_UNREADABLE", params, "E", depth)


def fault_of(certificate: x509.Certificate) -> str:
    """Name the first extension that cannot be read or that stands there twice; nothing when all are sound."""
    for found in extensions.read_extensions(certificate.public_bytes(Encoding.DER)).extensions:
        name = NAMES.get(found.oid, found.oid)
        if found.is_repeated:
            return f"repeated extension {name}"
        if found.state == "unreadable":
            return f"{name}: {found.problem}"
    return ""


def fault_beyond(certificate: x509.Certificate) -> str:
    """Name an extension that OpenSSL reads, the library does not, and that no chain may have; or nothing.

    That is a Netscape type that is no bit string, and any mark of a proxy (RFC 3820 section 3.8).
    """
    for found in _split(certificate):
        if found.oid == PROXY:
            return "proxyCertInfo"
        if (
            found.oid == NETSCAPE_TYPE
            and re.fullmatch(rb"\x03\x02[\x00-\x07].", found.value, re.DOTALL) is None
        ):
            return "netscapeCertType"
    return ""


def extended_usages(certificate: x509.Certificate) -> tuple[str, ...] | None:
    """The extended key usages although another extension cannot be read; None without that extension.

    An extension that lists none, which no reader takes, is an empty tuple.
    """
    for extension in _split(certificate):
        if extension.oid == EXTENDED_KEY_USAGE:
            try:
                return fields.read(fields.load(alone(extension))).extended_usages or ()
            except fields.CertificateUnreadable:
                return ()
    return None


def _split(certificate: x509.Certificate) -> list[RawExtension]:
    try:
        data = certificate.public_bytes(Encoding.DER)
        return split_extensions(data, most=extensions.EXTENSIONS_SHOWN)[0]
    except der.DerBroken:
        return []
