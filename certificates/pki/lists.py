"""Checks certificates against revocation lists at hand, as OpenSSL reads them (RFC 5280 section 6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from certificates.pki import crl, fields, openssl
from certificates.pki.asked import Asked, ListUse, Purpose
from certificates.pki.refusal import Refusal
from certificates.pki.verdict import Finding

CODES: Final = {
    3: "CRL_MISSING",
    8: "CRL_BAD_SIGNATURE",
    11: "CRL_NOT_YET_VALID",
    12: "CRL_EXPIRED",
    23: "REVOKED_CRL",
    33: "CRL_MISSING",
    35: "CRL_BAD_SIGNATURE",
    44: "CRL_WRONG_SCOPE",
}
"""Numbers of X509_verify_cert about lists."""
UNUSABLE: Final = "CRL_UNREADABLE"


def findings(verified: Sequence[bytes], others: Sequence[bytes], asked: Asked) -> Iterator[Finding]:
    """Check the certificates of a chain, its anchor left out, against `asked.lists`.

    Where each of them needs a list, OpenSSL looks at the whole chain, and a list may have a signer of its own
    among `others`. Otherwise a list counts for its issuer's certificates and has to carry that issuer's
    signature.
    """
    if not asked.lists or len(verified) < 2:
        return
    if asked.policy.list_use is ListUse.EVERYWHERE:
        trusted, chain = verified[-1:], [*verified[:-1], *others]
        answer = _answer(chain, trusted, asked, whole_chain=True)
        if answer is not None:
            yield answer
        return
    issuers = {fields.name_key(crl.issuer_of(der)) for der in asked.lists} - {""}
    for depth in range(len(verified) - 1):
        certificate = fields.read(fields.load(verified[depth]))
        if certificate.issuer_key in issuers:
            fault = crl.fault_of_lists(asked.lists, fields.load(verified[depth + 1]))
            found = fault or _answer(verified[depth : depth + 1], verified[depth + 1 : depth + 2], asked)
            if found is not None:
                named = {"name": certificate.display_name, "issuer": certificate.issuer_name, **found.params}
                yield replace(found, params=named, depth=depth)


def _answer(
    chain: Sequence[bytes], trusted: Sequence[bytes], asked: Asked, *, whole_chain: bool = False
) -> Finding | None:
    answer = openssl.verified_chain(
        chain,
        trusted=openssl.loaded(trusted),
        now=asked.now,
        purpose=Purpose.ANY,
        lists=openssl.Lists(asked.lists, whole_chain),
    )
    if not isinstance(answer, Refusal):
        return None
    return Finding(CODES.get(answer.error, UNUSABLE), {"openssl": str(answer.error)}, "E", answer.depth)
