"""Reads distinguished names as OpenSSL does, where the library is more particular than it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import der
from certificates.pki.extension_split import with_subject
from certificates.pki.field_reader import UNREADABLE

VERSION_FIELD: Final = 0xA0
ISSUER: Final = 2
SUBJECT: Final = 4
"""Places behind the version: serial number, algorithm, issuer, validity, subject."""
UTF8: Final = 0x0C
SET: Final = 0x31
ONE_OCTET: Final = frozenset({0x13, 0x14, 0x16, 0x1A})
"""Printable, T61, IA5 and visible strings, whose octets OpenSSL takes for Latin-1 whatever they are."""


def subject_of(certificate: x509.Certificate) -> x509.Name:
    """The subject, also with letters that its string type lacks; raises what `UNREADABLE` lists."""
    try:
        return certificate.subject
    except UNREADABLE:
        return _loosely(certificate, SUBJECT)


def issuer_of(certificate: x509.Certificate) -> x509.Name:
    """The issuer, read like the subject."""
    try:
        return certificate.issuer
    except UNREADABLE:
        return _loosely(certificate, ISSUER)


def bytes_of(certificate: bytes, place: int) -> bytes:
    """The issuer or subject of a certificate in DER as it stands there; raises DerBroken."""
    outer = der.element_at(certificate, 0, len(certificate))
    inner = der.element_at(certificate, outer.content, outer.end)
    members = list(der.elements(certificate, inner.content, inner.end))
    at = place + bool(members and members[0].tag == VERSION_FIELD)
    if len(members) <= at:
        raise der.DerBroken("a member is missing")
    return certificate[members[at].start : members[at].end]


def _loosely(certificate: x509.Certificate, place: int) -> x509.Name:
    try:
        name = bytes_of(certificate.public_bytes(Encoding.DER), place)
        parts = [der.encoded(SET, *sorted(_attributes(part))) for part in _contents(name)]
    except der.DerBroken as error:
        raise ValueError(str(error)) from error
    return x509.load_der_x509_certificate(with_subject(der.encoded(der.SEQUENCE, *parts))).subject


def _attributes(part: bytes) -> Iterator[bytes]:
    """The attributes of one part of a name, their values in UTF-8 where the string type lacks letters."""
    for attribute in _contents(part):
        kind, value = _contents(attribute)
        content = value[der.element_at(value, 0, len(value)).content :]
        if value[0] in ONE_OCTET and not content.isascii():
            value = der.encoded(UTF8, content.decode("latin-1").encode())
        yield der.encoded(der.SEQUENCE, kind, value)


def _contents(element: bytes) -> list[bytes]:
    outer = der.element_at(element, 0, len(element))
    return list(der.split(element[outer.content : outer.end]))
