"""Revocation lists and OCSP answers, made in the test that needs them, sound or faulty as it says."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import crypto

from tests.support.pki import DAY, NOW, Made, Recipe, make

HOUR = dt.timedelta(hours=1)
DIGEST = hashes.SHA256()


@dataclass
class Entry:
    """One revoked certificate on a list."""

    serial: int
    at: dt.datetime = NOW - DAY
    reason: x509.ReasonFlags | None = None
    extra: list[tuple[x509.ExtensionType, bool]] = field(default_factory=list)


@dataclass
class ListRecipe:
    """What a list should be; the defaults make a sound and empty one."""

    number: int | None = 7
    number_is_critical: bool = False
    entries: Sequence[Entry] = ()
    this_update: dt.datetime = NOW - HOUR
    next_update: dt.datetime | None = NOW + DAY
    issuer_name: x509.Name | None = None
    signed_by: Made | None = None
    identifier: bool = True
    extra: list[tuple[x509.ExtensionType, bool]] = field(default_factory=list)


def crl(issuer: Made, **changes: Any) -> bytes:
    """A list of the issuer in DER."""
    recipe = ListRecipe(**changes)
    signer = recipe.signed_by or issuer
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(recipe.issuer_name or issuer.certificate.subject)
        .last_update(recipe.this_update)
    )
    if recipe.next_update is not None:
        builder = builder.next_update(recipe.next_update)
    if recipe.number is not None:
        builder = builder.add_extension(x509.CRLNumber(recipe.number), recipe.number_is_critical)
    if recipe.identifier:
        key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(key_id, False)
    for value, critical in recipe.extra:
        builder = builder.add_extension(value, critical)
    for entry in recipe.entries:
        builder = builder.add_revoked_certificate(_revoked(entry))
    digest = None if isinstance(signer.key, ed25519.Ed25519PrivateKey) else DIGEST
    return builder.sign(signer.key, digest).public_bytes(Encoding.DER)


def version_1(issuer: Made, entries: Sequence[Entry] = ()) -> bytes:
    """A list in the form that knows no extensions (RFC 5280 section 5.1.2.1)."""
    parts = _parts(crl(issuer, number=None, identifier=False, entries=entries))
    return _signed([part for part in parts if part != b"\x02\x01\x01"], issuer)


def without_end(der: bytes, issuer: Made) -> bytes:
    """The same list without nextUpdate."""
    parts = _parts(der)
    dates = [index for index, part in enumerate(parts) if part[0] in (0x17, 0x18)]
    return _signed([part for index, part in enumerate(parts) if index != dates[1]], issuer)


def renamed(der: bytes, issuer: Made, name: bytes) -> bytes:
    """The same list or certificate of the issuer under a name in DER, no longer signed."""
    outer, signed = _length(der)[0], _length(der[_length(der)[0] :])
    body = der[outer : outer + sum(signed)]
    rest = der[outer + len(body) :]
    parts = _members(body)
    place = parts.index(issuer.certificate.subject.public_bytes())
    return _sequence(_sequence(b"".join([*parts[:place], name, *parts[place + 1 :]])) + rest)


def with_weak_digest(der: bytes, issuer: Made, digest: str) -> bytes:
    """The same list signed by the RSA key of its issuer with "md5" or "sha1"."""
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    oid = {"md5": "06092a864886f70d010104", "sha1": "06092a864886f70d010105"}[digest]
    algorithm = _sequence(bytes.fromhex(oid) + b"\x05\x00")
    named = {"md5": "3020300c06082a864886f70d020505000410", "sha1": "3021300906052b0e03021a05000414"}[digest]
    body = _sequence(b"".join([b"\x02\x01\x01", algorithm, *_parts(der)[2:]]))
    info = bytes.fromhex(named) + hashlib.new(digest, body).digest()
    numbers, size = issuer.key.private_numbers(), issuer.key.key_size // 8
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info
    signature = pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")
    return _sequence(body + algorithm + _sequence(b"\x00" + signature, 0x03))


def _parts(der: bytes) -> list[bytes]:
    """The members of the signed part of a list, each with its tag and length."""
    return _members(x509.load_der_x509_crl(der).tbs_certlist_bytes)


def _members(body: bytes) -> list[bytes]:
    parts, start = [], len(body) - _length(body)[1]
    while start < len(body):
        header, content = _length(body[start:])
        parts.append(body[start : start + header + content])
        start += header + content
    return parts


def _length(der: bytes) -> tuple[int, int]:
    """Octets of the header and of the content of the first element."""
    if not der[1] & 0x80:
        return 2, der[1]
    octets = der[1] & 0x7F
    return 2 + octets, int.from_bytes(der[2 : 2 + octets], "big")


def _sequence(content: bytes, tag: int = 0x30) -> bytes:
    octets = (len(content).bit_length() + 7) // 8
    length = (
        bytes([len(content)])
        if len(content) < 128
        else bytes([0x80 | octets]) + len(content).to_bytes(octets, "big")
    )
    return bytes([tag]) + length + content


def _signed(parts: Sequence[bytes], issuer: Made) -> bytes:
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    body = _sequence(b"".join(parts))
    algorithm = next(part for part in parts if part[0] == 0x30)
    signature = issuer.key.sign(body, ec.ECDSA(DIGEST))
    return _sequence(body + algorithm + _sequence(b"\x00" + signature, 0x03))


def scope(**changes: Any) -> tuple[x509.ExtensionType, bool]:
    """An issuing distribution point, critical as it has to be."""
    values: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(values | changes)), True


def at_point(url: str) -> tuple[x509.ExtensionType, bool]:
    """The extension of a certificate that says where its list lies."""
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return x509.CRLDistributionPoints([point]), False


def _revoked(entry: Entry) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.at)
    if entry.reason is not None:
        builder = builder.add_extension(x509.CRLReason(entry.reason), False)
    for value, critical in entry.extra:
        builder = builder.add_extension(value, critical)
    return builder.build()


def delegate(issuer: Made, **changes: Any) -> Made:
    """A certificate that lets its holder answer for the issuer."""
    values: dict[str, Any] = {
        "name": "OCSP Delegate",
        "usages": (ExtendedKeyUsageOID.OCSP_SIGNING,),
        "extra": [(x509.OCSPNoCheck(), False)],
    }
    return make(Recipe(**(values | changes)), issuer)


def with_sha1(made: Made, issuer: Made) -> Made:
    """The same certificate, signed with SHA-1."""
    certificate = crypto.X509.from_cryptography(made.certificate)
    certificate.sign(crypto.PKey.from_cryptography_key(issuer.key), "sha1")
    return Made(certificate.to_cryptography(), made.key, made.above)


@dataclass
class AnswerRecipe:
    """What an OCSP answer should be; the defaults make a sound one that says good."""

    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    this_update: dt.datetime = NOW - HOUR
    next_update: dt.datetime | None = NOW + DAY
    revoked_at: dt.datetime | None = None
    reason: x509.ReasonFlags | None = None
    nonce: bytes | None = None
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)
    signature_digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    by_name: bool = False
    carried: Sequence[Made] | None = None
    extra: list[tuple[x509.ExtensionType, bool]] = field(default_factory=list)


def answer(certificate: x509.Certificate, issuer: Made, signer: Made | None = None, **changes: Any) -> bytes:
    """An answer about a certificate in DER, signed by the issuer or by somebody else."""
    recipe = AnswerRecipe(**changes)
    by = signer or issuer
    revoked = recipe.status is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer.certificate,
        algorithm=recipe.digest,
        cert_status=recipe.status,
        this_update=recipe.this_update,
        next_update=recipe.next_update,
        revocation_time=(recipe.revoked_at or NOW - DAY) if revoked else None,
        revocation_reason=recipe.reason,
    )
    encoding = ocsp.OCSPResponderEncoding.NAME if recipe.by_name else ocsp.OCSPResponderEncoding.HASH
    builder = builder.responder_id(encoding, by.certificate)
    carried = recipe.carried if recipe.carried is not None else ([signer] if signer else [])
    if carried:
        builder = builder.certificates([made.certificate for made in carried])
    if recipe.nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(recipe.nonce), False)
    for value, critical in recipe.extra:
        builder = builder.add_extension(value, critical)
    digest = None if isinstance(by.key, ed25519.Ed25519PrivateKey) else recipe.signature_digest
    return builder.sign(by.key, digest).public_bytes(Encoding.DER)


def forged(der: bytes) -> bytes:
    """The same answer with a signature that is wrong in one bit."""
    signature = ocsp.load_der_ocsp_response(der).signature
    wrong = signature[:-1] + bytes([signature[-1] ^ 1])
    return der.replace(signature, wrong)


def refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    """An answer that only says why there is none."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
