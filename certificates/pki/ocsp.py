"""Asks about one certificate in OCSP, and judges an answer: whose it is, how fresh, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from certificates.pki import fields, ocsp_signer
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.ocsp_signer import OcspRefused
from certificates.pki.verdict import Finding

SKEW: Final = timedelta(minutes=5)
"""How far the clocks of a responder and of this node may be apart."""
OPEN_ENDED: Final = timedelta(hours=24)
"""How long an answer without nextUpdate counts, when no nonce proves that it is fresh."""
MOST_ANSWERS: Final = 100

State = Literal["good", "revoked", "unknown", "unreachable"]
_WORST_FIRST: Final = (
    ocsp.OCSPCertStatus.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN,
    ocsp.OCSPCertStatus.GOOD,
)
_Answer = ocsp.OCSPSingleResponse | ocsp.OCSPResponse


class CannotAsk(Exception):
    """The certificates have members that no request can be made of; the text says which."""


@dataclass(frozen=True)
class OcspStatus:
    """How a certificate stands according to OCSP.

    "unreachable" stands for every case without a usable answer; `code` then says why. `source` is "stapled",
    "cache" or the address that answered; `warnings` are worth showing although the answer counts. `delegate`
    signed in the issuer's place, and its own revocation counts.
    """

    state: State
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    revoked_at: datetime | None = None
    reason: str = ""
    next_update: datetime | None = None
    warnings: tuple[Finding, ...] = ()
    delegate: x509.Certificate | None = None


def build_request(certificate: x509.Certificate, issuer: x509.Certificate, *, nonce: bytes | None) -> bytes:
    """Build a request in DER (RFC 6960 section 4.1), with a nonce of 1 to 32 bytes or without.

    The issuer is named by SHA-1 digests, which every responder knows. Raises CannotAsk.
    """
    try:
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
        if nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        return builder.build().public_bytes(Encoding.DER)
    except UNREADABLE as error:
        raise CannotAsk(str(error)) from error


def check_response(
    der: bytes,
    *,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    now: datetime,
    nonce: bytes | None,
    validate_signature: bool = True,
) -> OcspStatus:
    """Judge an answer in DER about a certificate (RFC 6960 section 3.2); never raises for what it holds.

    `nonce` is what was sent, None when nothing was or when the answer was kept or stapled. Without
    `validate_signature` neither the signature nor the right of the signer is looked at.
    """
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return _unusable("OCSP_RESPONDER_ERROR", status=response.response_status.name)
        _refuse_unknown_extensions(response)
        delegate = None
        if validate_signature:
            delegate = ocsp_signer.check_signature(response, issuer=issuer, now=now)
        answers = _about(response, certificate, issuer)
        has_nonce = _check_nonce(response, nonce)
        answer = _worst_in_date(answers, now=now, is_fresh=has_nonce)
        status = replace(_status_of(answer), delegate=delegate)
    except OcspRefused as refused:
        return _unusable(refused.code, **refused.params)
    except UNREADABLE as error:
        return _unusable("OCSP_MALFORMED", detail=str(error))
    if nonce is None or has_nonce:
        return status
    return replace(status, warnings=(Finding("OCSP_NONCE_MISSING", {}, "W"),))


def _refuse_unknown_extensions(response: ocsp.OCSPResponse) -> None:
    """Refuse what has to be understood and is not (RFC 6960 section 4.4)."""
    answers = list(response.responses)
    if not 0 < len(answers) <= MOST_ANSWERS:
        raise OcspRefused("OCSP_MALFORMED", {"detail": f"{len(answers)} answers"})
    carried = [*response.extensions]
    if len(answers) == 1:
        carried += response.single_extensions
    unknown = [e.oid.dotted_string for e in carried if e.critical and not isinstance(e.value, x509.OCSPNonce)]
    if unknown:
        detail = f"unknown critical extension {', '.join(unknown)}"
        raise OcspRefused("OCSP_MALFORMED", {"detail": detail})


def _about(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> list[ocsp.OCSPSingleResponse]:
    """The answers about exactly this certificate of exactly this issuer."""
    answers = list(response.responses)
    fitting = [answer for answer in answers if _is_about(answer, certificate, issuer)]
    if not fitting:
        told = ", ".join(f"{answer.serial_number:X}" for answer in answers[:3])
        raise OcspRefused("OCSP_NOT_FOR_THIS_CERT", {"serial": told})
    return fitting


def _is_about(
    answer: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    """Compare serial number, name and key of the issuer; the digests are those a request would hold."""
    if answer.serial_number != certificate.serial_number:
        return False
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, answer.hash_algorithm)
    asked = builder.build()
    return (answer.issuer_name_hash, answer.issuer_key_hash) == (
        asked.issuer_name_hash,
        asked.issuer_key_hash,
    )


def _check_nonce(response: ocsp.OCSPResponse, nonce: bytes | None) -> bool:
    """Whether the nonce came back; another one than was sent is refused."""
    try:
        found = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return False
    if nonce is not None and found != nonce:
        raise OcspRefused("OCSP_NONCE_MISMATCH", {})
    return nonce is not None


def _worst_in_date(
    answers: Iterable[ocsp.OCSPSingleResponse], *, now: datetime, is_fresh: bool
) -> ocsp.OCSPSingleResponse:
    """Of several answers about one certificate the worst one that is in date."""
    faults: list[OcspRefused] = []
    usable: list[ocsp.OCSPSingleResponse] = []
    for answer in answers:
        fault = _date_fault(answer, now=now, is_fresh=is_fresh)
        if fault is None:
            usable.append(answer)
        else:
            faults.append(fault)
    if not usable:
        raise faults[0]
    return min(usable, key=lambda answer: _WORST_FIRST.index(answer.certificate_status))


def _date_fault(answer: _Answer, *, now: datetime, is_fresh: bool) -> OcspRefused | None:
    begins, ends = answer.this_update_utc, answer.next_update_utc
    if begins > now + SKEW:
        return OcspRefused("OCSP_STALE", {"detail": f"thisUpdate {begins.isoformat()}"})
    if ends is None:
        is_old = not is_fresh and begins < now - OPEN_ENDED
        detail = f"thisUpdate {begins.isoformat()}, no nextUpdate"
        return OcspRefused("OCSP_STALE", {"detail": detail}) if is_old else None
    if ends < now - SKEW or ends < begins:
        return OcspRefused("OCSP_STALE", {"detail": f"nextUpdate {ends.isoformat()}"})
    return None


def _status_of(answer: ocsp.OCSPSingleResponse) -> OcspStatus:
    ends = answer.next_update_utc
    match answer.certificate_status:
        case ocsp.OCSPCertStatus.GOOD:
            return OcspStatus("good", next_update=ends)
        case ocsp.OCSPCertStatus.UNKNOWN:
            return OcspStatus("unknown", "OCSP_UNKNOWN", next_update=ends)
    when = answer.revocation_time_utc
    reason = "" if answer.revocation_reason is None else answer.revocation_reason.value
    params = {"date": "" if when is None else when.isoformat(), "reason": reason or "unspecified"}
    return OcspStatus("revoked", "REVOKED_OCSP", params, "", when, reason, ends)


def _unusable(code: str, **params: str) -> OcspStatus:
    return OcspStatus("unreachable", code, params)


def addresses_in(certificate: x509.Certificate) -> tuple[str, ...]:
    """The http addresses of responders that a certificate names (RFC 5280 section 4.2.2.1)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        return tuple(
            access.access_location.value
            for access in found
            if access.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(access.access_location, x509.UniformResourceIdentifier)
            and access.access_location.value.lower().startswith("http://")
        )
    except (*UNREADABLE, x509.ExtensionNotFound):
        return ()


def issuer_key(issuer: x509.Certificate) -> str:
    """SHA-256 of the issuer's public key in hexadecimal, under which answers are kept."""
    return fields.read(issuer).key_sha256
