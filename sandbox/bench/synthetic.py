"""Makes any number of certificates in seconds: one is signed, the others are patched copies of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from certificates.pki import fields

_SERIAL: Final = int.from_bytes(b"\x41SERIAL-NUMBER-!")
_BEGIN: Final = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
_END: Final = datetime(2041, 2, 3, 4, 5, 6, tzinfo=UTC)
_OWNER, _ISSUER = "Synthetic CA 999999", "Synthetic Issuer 99"
_ISSUERS: Final = 100


@dataclass(frozen=True)
class Synthetic:
    """One certificate with what a table holds of it; the signature of a patched copy does not fit."""

    der: bytes
    name: str
    issuer: str
    subject_key: str
    serial_hex: str
    not_before: datetime
    not_after: datetime

    @property
    def sha256(self) -> str:
        """The fingerprint by which a certificate is known."""
        return hashlib.sha256(self.der).hexdigest()


class Mold:
    """One key and one signature from which certificates are cast."""

    def __init__(self) -> None:
        """Make the key and sign the first certificate."""
        key = rsa.generate_private_key(65537, 2048)
        self.key_sha256 = _key_digest(key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(_OWNER))
            .issuer_name(_named(_ISSUER))
            .public_key(key.public_key())
            .serial_number(_SERIAL)
            .not_valid_before(_BEGIN)
            .not_valid_after(_END)
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        self._der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def cast(self, number: int, *, begin: datetime, days: int) -> Synthetic:
        """Return certificate `number`, valid from `begin` for so many days."""
        end = begin + timedelta(days=days)
        name, issuer = f"Synthetic CA {number:06d}", f"Synthetic Issuer {number % _ISSUERS:02d}"
        serial = b"\x41" + hashlib.sha256(str(number).encode()).digest()[:15]
        der = self._der.replace(_SERIAL.to_bytes(16), serial)
        der = der.replace(_OWNER.encode(), name.encode()).replace(_ISSUER.encode(), issuer.encode())
        der = der.replace(_utc(_BEGIN), _utc(begin)).replace(_utc(_END), _utc(end))
        return Synthetic(der, name, issuer, fields.name_key(_named(name)), serial.hex().upper(), begin, end)

    def series(self, count: int, *, now: datetime) -> Iterator[Synthetic]:
        """Yield certificates that end from two years ago to ten years ahead; each fiftieth is in date."""
        for number in range(count):
            begin = now.replace(microsecond=0) - timedelta(days=1000 + number % 997)
            ahead = 400 + number % 3000 if number % 50 == 0 else number * 7919 % 4380 - 730
            yield self.cast(number, begin=begin, days=(now - begin).days + ahead)


def _named(name: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Bench")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _utc(moment: datetime) -> bytes:
    return f"{moment:%y%m%d%H%M%SZ}".encode()


def _key_digest(key: rsa.RSAPublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
