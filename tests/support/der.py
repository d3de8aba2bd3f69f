"""Writes DER where the library would not: odd members inside a certificate that is signed again."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.pki import pem
from tests.support.pki import Made


def sequence(*parts: bytes, tag: int = 0x30) -> bytes:
    """One element with the given content (X.690 section 8.1)."""
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    octets = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | octets]) + len(content).to_bytes(octets, "big") + content


def members(element: bytes) -> list[bytes]:
    """The elements that stand in the content of an element."""
    start, found = _header(element), []
    while start < len(element):
        end = start + _length(element[start:])
        found.append(element[start:end])
        start = end
    return found


def replaced(made: Made, old: bytes, new: bytes, issuer: Made) -> Made:
    """The certificate with other algorithm parameters of its public key, signed again by the issuer."""
    parts = members(made.certificate.tbs_certificate_bytes)
    keys = [index for index, part in enumerate(parts) if part[0] == 0x30 and old in part]
    algorithm, bits = members(parts[keys[-1]])
    kind, parameters = members(algorithm)
    assert parameters == old
    parts[keys[-1]] = sequence(sequence(kind, new), bits)
    return Made(x509.load_der_x509_certificate(signed(parts, issuer)), made.key, made.above)


def signed(parts: list[bytes], issuer: Made) -> bytes:
    """A certificate of these members with the signature of an elliptic curve key."""
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    body = sequence(*parts)
    algorithm = next(part for part in parts if part[0] == 0x30)
    signature = issuer.key.sign(body, ec.ECDSA(hashes.SHA256()))
    return sequence(body, algorithm, sequence(b"\x00" + signature, tag=0x03))


def _header(element: bytes) -> int:
    return 2 if not element[1] & 0x80 else 2 + (element[1] & 0x7F)


def _length(element: bytes) -> int:
    if not element[1] & 0x80:
        return 2 + element[1]
    octets = element[1] & 0x7F
    return 2 + octets + int.from_bytes(element[2 : 2 + octets], "big")


@dataclass
class Rewritten(Made):
    """A certificate whose bytes are not those of `certificate`, which no library may be able to load."""

    raw: bytes = b""

    @property
    def der(self) -> bytes:
        return self.raw

    @property
    def pem(self) -> bytes:
        return pem.encode(self.raw).encode("ascii")


def rewritten(
    made: Made,
    *,
    version: int = 2,
    inside: bytes | None = None,
    outside: bytes | None = None,
    repeated: bytes | None = None,
) -> Rewritten:
    """The certificate with another version, other signature algorithms or one extension twice.

    The authority above it signs it again.
    """
    parts = members(made.certificate.tbs_certificate_bytes)
    algorithm = parts[2]
    parts[0] = sequence(bytes([0x02, 0x01, version]), tag=0xA0)
    parts[2] = inside or algorithm
    if repeated is not None:
        extensions = members(members(parts[-1])[0])
        twice = [one for one in extensions if repeated in one]
        parts[-1] = sequence(sequence(*extensions, *twice), tag=0xA3)
    body, _, signature = members(signed(parts, made.above[0]))
    return Rewritten(made.certificate, made.key, made.above, sequence(body, outside or algorithm, signature))


def named(value: bytes) -> bytes:
    """A distinguished name that is a common name with this value, an element in DER."""
    return sequence(sequence(sequence(bytes.fromhex("0603550403"), value), tag=0x31))


def renamed(made: Made, signer: Made, *, issuer: bytes = b"", subject: bytes = b"") -> Rewritten:
    """The certificate with other distinguished names, signed again by the signer."""
    parts = members(made.certificate.tbs_certificate_bytes)
    parts[3], parts[5] = issuer or parts[3], subject or parts[5]
    return Rewritten(made.certificate, made.key, made.above, signed(parts, signer))
