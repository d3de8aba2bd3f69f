"""Certificates as OpenSSL takes them out of a handshake, which is less particular than the library is."""

from __future__ import annotations

from OpenSSL import crypto

from certificates.pki import der, fields, names
from certificates.pki.extension_split import with_subject


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


def unread_names(certificate: bytes) -> tuple[str, ...]:
    """Which of issuer and subject OpenSSL cannot decode, which the library does not mind."""
    try:
        places = {"issuer": names.ISSUER, "subject": names.SUBJECT}
        held = {field: with_subject(names.bytes_of(certificate, place)) for field, place in places.items()}
    except der.DerBroken:
        return ()
    return tuple(field for field, one in held.items() if parse(one) is None)


def _named(certificate: bytes) -> fields.CertificateFields | None:
    """Read the subject out of a certificate that is sound but for having this one's subject."""
    try:
        return fields.read(fields.load(with_subject(names.bytes_of(certificate, names.SUBJECT))))
    except (der.DerBroken, fields.CertificateUnreadable):
        return None
