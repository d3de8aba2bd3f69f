"""Why a chain ends before an anchor, and why a signature over one of its certificates is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cryptography import x509

from certificates.pki import assumed, fields, issuers, unfit
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
    """Name what the chain lacked: a row that does not count, an issuer that is unfit, or neither."""
    known = issuers.explain_missing_anchor(assumed.path_to(at_fault, presented), asked.view, asked.now)
    if known is not None:
        return known
    child = Place(at_fault, refusal.depth)
    for issuer in _namesakes_of_issuer(at_fault, presented, asked):
        unusable = unfit.why_unfit(Place(issuer, child.depth + 1), child, asked.now)
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


def _namesakes_of_issuer(
    child: x509.Certificate, presented: Sequence[bytes], asked: Asked
) -> Iterator[x509.Certificate]:
    """The certificates at hand with the issuer's name, sent or trusted; those whose key signed come first.

    For a certificate that names itself as its issuer only these count.
    """
    trusted = [row.certificate for row in _anchors_above(child, asked) if row.certificate is not None]
    at_hand = [one for one in (*assumed.loadable(presented), *trusted) if one != child]
    signed = [one for one in at_hand if issuers.has_issued(one, child)]
    yield from signed
    if not fields.read(child).is_self_issued:
        yield from (one for one in at_hand if one not in signed and issuers.has_name_of_issuer(one, child))


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
