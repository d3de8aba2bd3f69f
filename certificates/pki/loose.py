"""Certificates as OpenSSL takes them out of a handshake, which is less particular than the library is."""

from __future__ import annotations

from typing import Final

from OpenSSL import crypto

from certificates.pki import der, fields
from certificates.pki.extension_split import with_subject

VERSION_FIELD: Final = 0xA0
SUBJECT: Final = 4
"""The place of the subject behind the version: serial number, algorithm, issuer, validity come before it."""


def parse(certificate: bytes) -> crypto.X509 | None:
    """Return the certificate as OpenSSL holds it, or None for bytes with which it would end a handshake."""
    try:
        if der.element_at(certificate, 0, len(certificate)).end != len(certificate):
            return None
        return crypto.load_certificate(crypto.FILETYPE_ASN1, certificate)
    except (der.DerBroken, crypto.Error):
        return None


def subject_of(certificate: bytes) -> str:
    """The distinguished name of a certificate that the library does not load, or nothing."""
    found = _named(certificate)
    return "" if found is None else found.subject


def name_of(certificate: bytes) -> str:
    """What a person would call a certificate that the library does not load; never empty."""
    found = _named(certificate)
    name = "" if found is None else found.subject_name
    return name or f"SHA-256 {fields.fingerprint(certificate)[:16]}"


def _named(certificate: bytes) -> fields.CertificateFields | None:
    """Read the subject out of a certificate that is sound but for having this one's subject."""
    try:
        outer = der.element_at(certificate, 0, len(certificate))
        inner = der.element_at(certificate, outer.content, outer.end)
        members = list(der.elements(certificate, inner.content, inner.end))
        subject = members[SUBJECT + (members[0].tag == VERSION_FIELD)]
        return fields.read(fields.load(with_subject(certificate[subject.start : subject.end])))
    except (der.DerBroken, IndexError, fields.CertificateUnreadable):
        return None
