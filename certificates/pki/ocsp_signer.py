"""Whether an OCSP answer was signed by somebody who may speak for the issuer (RFC 6960 section 4.2.2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from certificates.pki import checks, fields
from certificates.pki.oids import WEAK_DIGESTS

RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
MOST_CERTIFICATES: Final = 10
"""Certificates in an answer that are looked at; a delegate needs one."""
WEAK_HASHES: Final = (hashes.SHA1, hashes.MD5)
UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.OCSP_NO_CHECK,
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)
"""Extensions of a delegate's certificate that may be critical."""


class OcspRefused(Exception):
    """The answer cannot be used: a code of the taxonomy with its parameters."""

    def __init__(self, code: str, params: Mapping[str, str]) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params)


def check_signature(
    response: ocsp.OCSPResponse, *, issuer: x509.Certificate, now: datetime
) -> x509.Certificate | None:
    """Refuse an answer that neither the issuer nor a delegate of the issuer has signed.

    Return the delegate whose own revocation counts (RFC 6960 section 4.2.2.2.1), None where none does.
    Raises OcspRefused; members that cannot be read raise what cryptography raises for them.
    """
    faults = []
    for signer in _candidates(response, issuer):
        try:
            _check_bytes(response, signer)
            if signer != issuer:
                _check_delegate(signer, issuer=issuer, now=now)
        except OcspRefused as refused:
            faults.append(refused)
        else:
            return None if signer == issuer or _needs_no_check(signer) else signer
    if faults:
        raise faults[0]
    raise _unauthorized("the certificate of the signer is not in the answer", _told_name(response))


def _candidates(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> Iterator[x509.Certificate]:
    """The certificates that the answer names as its signer's: the issuer's, and those it carries."""
    if _is_responder(response, issuer):
        yield issuer
    for certificate in response.certificates[:MOST_CERTIFICATES]:
        if certificate != issuer and _is_responder(response, certificate):
            yield certificate


def _is_responder(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    """Whether the answer names this certificate, by its subject or by the SHA-1 digest of its key."""
    if response.responder_key_hash is not None:
        key = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
        return key.digest == response.responder_key_hash
    named = fields.name_key(response.responder_name)
    return named != "" and named == fields.read(certificate).subject_key


def _check_bytes(response: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    """Check the signature itself; one of a broken digest or a short key proves nothing."""
    key, digest = signer.public_key(), response.signature_hash_algorithm
    name = fields.read(signer).display_name
    weak = _weakness(response, signer)
    if weak:
        raise OcspRefused("OCSP_SIGNER_WEAK", {"signer": name, "detail": weak})
    signed = (response.signature, response.tbs_response_bytes)
    try:
        match key:
            case rsa.RSAPublicKey() if digest is not None:
                key.verify(*signed, _padding(response, digest), digest)
            case ec.EllipticCurvePublicKey() if digest is not None:
                key.verify(*signed, ec.ECDSA(digest))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() if digest is None:
                key.verify(*signed)
            case _:
                raise OcspRefused("OCSP_BAD_SIGNATURE", {"signer": name})
    except InvalidSignature:
        raise OcspRefused("OCSP_BAD_SIGNATURE", {"signer": name}) from None


def _padding(response: ocsp.OCSPResponse, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if response.signature_algorithm_oid.dotted_string == RSASSA_PSS:
        return padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
    return padding.PKCS1v15()


def _weakness(response: ocsp.OCSPResponse, signer: x509.Certificate) -> str:
    algorithm = response.signature_algorithm_oid.dotted_string
    if algorithm in WEAK_DIGESTS:
        return WEAK_DIGESTS[algorithm]
    digest = response.signature_hash_algorithm
    if isinstance(digest, WEAK_HASHES):
        return digest.name.upper()
    return _short_key(signer)


def _short_key(signer: x509.Certificate) -> str:
    found = fields.read(signer)
    needed = checks.MINIMUM_BITS.get(found.key_kind, 0)
    return found.key if 0 < found.key_bits < needed else ""


def _check_delegate(delegate: x509.Certificate, *, issuer: x509.Certificate, now: datetime) -> None:
    """Refuse a signer that the issuer did not appoint: its own certificate, EKU OCSPSigning, in date."""
    found = fields.read(delegate)
    _check_issued(delegate, issuer)
    try:
        usages = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    if ExtendedKeyUsageOID.OCSP_SIGNING not in usages:
        raise _unauthorized("no extended key usage OCSPSigning", found.display_name)
    if not _may_sign(delegate):
        raise _unauthorized("keyUsage without digitalSignature", found.display_name)
    unknown = [e.oid.dotted_string for e in delegate.extensions if e.critical and e.oid not in UNDERSTOOD]
    if unknown:
        raise _unauthorized(f"unknown critical extension {', '.join(unknown)}", found.display_name)
    if now > found.not_after:
        raise _unauthorized(f"expired {found.not_after.isoformat()}", found.display_name)
    if now < found.not_before:
        raise _unauthorized(f"valid from {found.not_before.isoformat()}", found.display_name)


def _check_issued(delegate: x509.Certificate, issuer: x509.Certificate) -> None:
    found, above = fields.read(delegate), fields.read(issuer)
    if found.issuer_key != above.subject_key:
        raise _unauthorized(f"issued by {found.issuer_name}", found.display_name)
    if found.weak_digest:
        params = {"signer": found.display_name, "detail": found.weak_digest}
        raise OcspRefused("OCSP_SIGNER_WEAK", params)
    try:
        delegate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        raise _unauthorized("its certificate is not signed by the issuer", found.display_name) from None


def _may_sign(delegate: x509.Certificate) -> bool:
    try:
        usage = delegate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _needs_no_check(delegate: x509.Certificate) -> bool:
    """Whether the issuer says that this delegate is to be believed for its whole lifetime."""
    return any(extension.oid == ExtensionOID.OCSP_NO_CHECK for extension in delegate.extensions)


def _unauthorized(detail: str, signer: str) -> OcspRefused:
    return OcspRefused("OCSP_SIGNER_NOT_AUTHORIZED", {"signer": signer, "detail": detail})


def _told_name(response: ocsp.OCSPResponse) -> str:
    """How the responder calls itself."""
    if response.responder_name is not None:
        return response.responder_name.rfc4514_string()
    return (response.responder_key_hash or b"").hex()
