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
    """Check one certificate of a chain after the other, its anchor left out, against `asked.lists`.

    `others` are further certificates at hand: the signer of an indirect list may be among them.
    """
    issuers = {fields.name_key(crl.issuer_of(der)) for der in asked.lists} - {""}
    for depth in range(len(verified) - 1 if asked.lists else 0):
        certificate = fields.read(fields.load(verified[depth]))
        has_list = certificate.issuer_key in issuers
        if has_list or asked.policy.list_use is ListUse.EVERYWHERE:
            fault = crl.fault_of_lists(asked.lists, fields.load(verified[depth + 1]))
            found = fault or _listed(verified, depth, others, asked)
            if found is not None:
                named = {"name": certificate.display_name, "issuer": certificate.issuer_name, **found.params}
                yield replace(found, params=named, depth=depth)


def _listed(verified: Sequence[bytes], depth: int, others: Sequence[bytes], asked: Asked) -> Finding | None:
    trusted = openssl.loaded(verified[depth + 1 :])
    chain = [verified[depth], *others]
    answer = openssl.verified_chain(
        chain,
        trusted=trusted,
        now=asked.now,
        purpose=Purpose.ANY,
        lists=openssl.Lists(asked.lists),
    )
    if isinstance(answer, Refusal):
        return Finding(CODES.get(answer.error, UNUSABLE), {"openssl": str(answer.error)}, "E")
    return None
