"""Reads every field of a certificate once, so that a field that cannot be read spoils only itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import names
from certificates.pki.field_reader import UNREADABLE, FieldReader
from certificates.pki.oids import PSS, SIGNATURE_NAMES, WEAK_DIGESTS

KEPT: Final = 128
"""Certificates that stay loaded and read: one chain is looked at many times while it is judged."""
NAMES_SHOWN: Final = 100
"""Subject alternative names kept for display; a hostile certificate can hold 50,000."""


class CertificateUnreadable(Exception):
    """The bytes are not one DER certificate; the text says why."""


@dataclass(frozen=True)
class CertificateFields:
    """All that a page or a check wants to know of one certificate; `unreadable` names members that failed."""

    subject: str
    subject_key: str
    issuer: str
    issuer_key: str
    subject_name: str
    issuer_name: str
    serial: int
    not_before: datetime
    not_after: datetime
    sha256: str
    sha1: str
    signature: str
    weak_digest: str
    key_kind: str
    key_bits: int
    key_sha256: str
    is_ca: bool | None
    is_self_issued: bool
    may_sign_certificates: bool | None
    key_usages: tuple[str, ...] | None
    extended_usages: tuple[str, ...] | None
    names: tuple[str, ...]
    demands_staple: bool
    subject_key_id: str
    authority_key_id: str
    issuer_url: str
    unreadable: tuple[str, ...]

    @property
    def serial_hex(self) -> str:
        """The serial number in upper-case hexadecimal with an even number of digits."""
        digits = f"{abs(self.serial):X}"
        padded = digits if len(digits) % 2 == 0 else f"0{digits}"
        return f"-{padded}" if self.serial < 0 else padded

    @property
    def key(self) -> str:
        """Kind and length of the public key, such as `RSA 2048`."""
        return f"{self.key_kind} {self.key_bits}" if self.key_bits else self.key_kind

    @property
    def display_name(self) -> str:
        """What a person would call the certificate; never empty."""
        return self.subject_name or self.subject or f"SHA-256 {self.sha256[:16]}"


def fingerprint(der: bytes) -> str:
    """SHA-256 of the DER bytes in lower-case hexadecimal: the identity of a certificate."""
    return hashlib.sha256(der).hexdigest()


def name_key(name: x509.Name | None) -> str:
    """SHA-256 that two spellings of one distinguished name share; nothing for a name that cannot be read.

    Letter case and runs of spaces do not count, nor does the string type (RFC 5280 section 7.1), so that
    rows are found by the same names that OpenSSL takes for equal.
    """
    if name is None:
        return ""
    try:
        parts = [sorted((a.oid.dotted_string, _folded(a.value)) for a in rdn) for rdn in name.rdns]
    except UNREADABLE:
        return ""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _folded(value: str | bytes) -> str:
    return value.hex() if isinstance(value, bytes) else " ".join(value.split()).lower()


def pairs(digits: str, separator: str = ":") -> str:
    """Hexadecimal digits in upper-case pairs, as fingerprints are read aloud."""
    sign = "-" if digits.startswith("-") else ""
    text = digits.removeprefix("-").upper()
    return sign + separator.join(text[start : start + 2] for start in range(0, len(text), 2))


@lru_cache(maxsize=KEPT)
def load(der: bytes) -> x509.Certificate:
    """Load one DER certificate; raises CertificateUnreadable with the library's reason."""
    try:
        return x509.load_der_x509_certificate(der)
    except UNREADABLE as error:
        raise CertificateUnreadable(str(error)) from error


@lru_cache(maxsize=KEPT)
def read(certificate: x509.Certificate) -> CertificateFields:
    """Read all fields of a loaded certificate; never raises for a member that cannot be read."""
    reader = FieldReader(certificate)
    subject = reader.take("subject", lambda: names.subject_of(certificate))
    issuer = reader.take("issuer", lambda: names.issuer_of(certificate))
    key_kind, key_bits = reader.key()
    algorithm = certificate.signature_algorithm_oid.dotted_string
    der = certificate.public_bytes(Encoding.DER)
    return CertificateFields(
        subject=reader.text_of(subject, "subject"),
        subject_key=name_key(subject),
        issuer=reader.text_of(issuer, "issuer"),
        issuer_key=name_key(issuer),
        subject_name=reader.short_name(subject, "subject"),
        issuer_name=reader.short_name(issuer, "issuer"),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        sha256=fingerprint(der),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        signature=SIGNATURE_NAMES.get(algorithm, algorithm),
        weak_digest=reader.pss_digest() if algorithm == PSS else WEAK_DIGESTS.get(algorithm, ""),
        key_kind=key_kind,
        key_bits=key_bits,
        key_sha256=reader.key_sha256(),
        is_ca=reader.is_ca(),
        is_self_issued=subject is not None and subject == issuer,
        may_sign_certificates=reader.may_sign_certificates(),
        key_usages=reader.key_usages(),
        extended_usages=reader.extended_usages(),
        names=reader.names()[:NAMES_SHOWN],
        demands_staple=reader.demands_staple(),
        subject_key_id=reader.subject_key_id(),
        authority_key_id=reader.authority_key_id(),
        issuer_url=reader.issuer_url(),
        unreadable=tuple(dict.fromkeys(reader.unreadable)),
    )
