"""Why a chain ends before an anchor, and why a signature over one of its certificates is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptography import x509

from certificates.pki import assumed, fields, issuers
from certificates.pki.asked import Asked
from certificates.pki.fields import CertificateFields
from certificates.pki.issuers import Place, Reason
from certificates.pki.refusal import Refusal
from certificates.pki.trust import TrustedRow

SELF_SIGNED_LEAF: Final = 18
SELF_SIGNED_IN_CHAIN: Final = 19


def reason(
    refusal: Refusal,
    at_fault: x509.Certificate,
    found: CertificateFields,
    presented: Sequence[bytes],
    asked: Asked,
) -> Reason:
    """Name what the chain lacked: a row that does not count, a sent certificate that is unfit, or neither."""
    known = issuers.explain_missing_anchor(assumed.path_to(at_fault, presented), asked.view, asked.now)
    if known is not None:
        return known
    unfit = _unfit_issuer(at_fault, presented, asked)
    here = Place(at_fault, refusal.depth)
    unusable = None if unfit is None else _why_unfit(Place(unfit, here.depth + 1), here)
    if unusable is not None:
        return unusable
    if refusal.error == SELF_SIGNED_IN_CHAIN:
        return Reason("UNKNOWN_ROOT_SENT", {"root": found.display_name, "sha256": found.sha256})
    if refusal.error == SELF_SIGNED_LEAF:
        return Reason("SELF_SIGNED", {"name": found.display_name, "sha256": found.sha256})
    params = {"issuer": found.issuer_name or found.issuer, "url": found.issuer_url}
    if len(presented) == 1:
        return Reason("INTERMEDIATE_NOT_SENT", params)
    return Reason("UNKNOWN_ISSUER", params)


def _unfit_issuer(
    at_fault: x509.Certificate, presented: Sequence[bytes], asked: Asked
) -> x509.Certificate | None:
    """The certificate whose key did sign, sent or trusted, but which OpenSSL does not take for an issuer."""
    trusted = [row.certificate for row in _anchors_above(at_fault, asked) if row.certificate is not None]
    for candidate in (*assumed.loadable(presented), *trusted):
        is_itself = candidate == at_fault
        if not is_itself and issuers.has_issued(candidate, at_fault):
            return candidate
    return None


def _why_unfit(unfit: Place, child: Place) -> Reason | None:
    """Say why OpenSSL does not take a certificate for the issuer although its key made the signature."""
    of_child, of_unfit = fields.read(child.certificate), fields.read(unfit.certificate)
    for found, place in ((of_child, child), (of_unfit, unfit)):
        if found.unreadable:
            detail = ", ".join(found.unreadable)
            return Reason("CERT_UNREADABLE", {"name": found.display_name, "detail": detail}, place)
    if of_unfit.may_sign_certificates is False:
        return Reason("ISSUER_NOT_A_CA", {"name": of_unfit.display_name}, unfit)
    wanted, held = of_child.authority_key_id, of_unfit.subject_key_id
    if wanted and held and wanted != held:
        named = {"name": of_child.display_name, "issuer": of_unfit.display_name}
        return Reason("ISSUER_KEY_ID_MISMATCH", named | {"wanted": wanted, "held": held})
    return None


def bad_signature(at_fault: x509.Certificate, found: CertificateFields, asked: Asked) -> Reason:
    """Tell a forgery from a row with the issuer's name and another key, where no identifier tells."""
    for row in _anchors_above(at_fault, asked):
        if row.certificate is None or row.fields is None:
            continue
        is_same_key = bool(found.authority_key_id) and row.fields.subject_key_id == found.authority_key_id
        if not is_same_key and issuers.has_signed(row.certificate, at_fault) is False:
            return Reason("ISSUER_KEY_MISMATCH", {"name": row.name})
    return Reason("BAD_SIGNATURE", {"name": found.display_name})


def _anchors_above(child: x509.Certificate, asked: Asked) -> list[TrustedRow]:
    named = issuers.rows_named_as_issuer(child, asked.view)
    return [row for row in named if asked.view.is_anchor(row, asked.now)]
