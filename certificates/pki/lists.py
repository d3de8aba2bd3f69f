"""Checks certificates against revocation lists at hand, as OpenSSL reads them (RFC 5280 section 6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from certificates.pki import crl, crl_scope, fields, openssl
from certificates.pki.asked import Asked, ListUse, Purpose
from certificates.pki.refusal import Refusal
from certificates.pki.verdict import Finding

CODES: Final = {**crl_scope.CODES, 33: "CRL_MISSING"}
"""Numbers of X509_verify_cert about lists; among several, one of another issuer is as good as none."""
OTHER: Final = "CRL_UNREADABLE"


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
    for depth, (der, above) in enumerate(pairwise(verified)):
        if fields.read(fields.load(der)).issuer_key in issuers:
            found = _about_one(der, above, asked)
            if found is not None:
                yield replace(found, depth=depth)


def _about_one(der: bytes, above: bytes, asked: Asked) -> Finding | None:
    """What the lists of an issuer say against one of its certificates, told as fully as they allow."""
    certificate, issuer = fields.load(der), fields.load(above)
    found = crl.fault_of_lists(asked.lists, issuer) or _answer([der], [above], asked)
    if found is None:
        return None
    read = fields.read(certificate)
    details = crl.details_of(found.code, asked.lists, certificate=certificate, issuer=issuer, now=asked.now)
    named = {"name": read.display_name, "issuer": read.issuer_name}
    return replace(found, params={**named, **found.params, **details})


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
    params = {"openssl": str(answer.error), "detail": f"OpenSSL {answer.error}"}
    return Finding(CODES.get(answer.error, OTHER), params, "E", answer.depth)
