"""Writes DER where the library would not: odd members inside a certificate that is signed again."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

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
