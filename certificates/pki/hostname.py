"""Compares the host that was asked for with the names in the server's certificate (RFC 9525)."""

from __future__ import annotations

import ipaddress

import idna
from cryptography import x509
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address

from certificates.pki.field_reader import UNREADABLE
from certificates.pki.fields import read
from certificates.pki.verdict import Finding


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
    bare = host.strip("[]").rstrip(".").lower()
    if bare.isascii():
        return bare
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        return bare


def name_finding(certificate: x509.Certificate, host: str) -> Finding | None:
    """Say why the certificate is not for the host, or None when it is; the common name never counts."""
    asked = ascii_host(host)
    try:
        if is_address(asked):
            verify_certificate_ip_address(certificate, asked)
        else:
            verify_certificate_hostname(certificate, asked)
    except VerificationError:
        return _mismatch(certificate, asked)
    except CertificateError:
        return _without_names(certificate, asked)
    except UNREADABLE as error:
        return Finding("CERT_UNREADABLE", {"name": read(certificate).display_name, "detail": str(error)}, "E")
    return None


def _without_names(certificate: x509.Certificate, asked: str) -> Finding:
    found = read(certificate)
    if found.names:
        return _mismatch(certificate, asked)
    return Finding("NO_SAN", {"host": asked, "name": found.subject_name}, "E")


def _mismatch(certificate: x509.Certificate, asked: str) -> Finding:
    names = read(certificate).names
    if is_address(asked) and not any(is_address(name) for name in names):
        return Finding("IP_MISMATCH", {"host": asked, "names": ", ".join(names)}, "E")
    return Finding("HOSTNAME_MISMATCH", {"host": asked, "names": ", ".join(names)}, "E")
