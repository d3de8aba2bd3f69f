"""Checks certificates against revocation lists at hand, as OpenSSL reads them (RFC 5280 section 6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import crl_checks, crl_scope, fields, given_lists, openssl
from certificates.pki.asked import Asked, ListUse, Purpose
from certificates.pki.given_lists import Fault, Given
from certificates.pki.openssl import Lists
from certificates.pki.refusal import Refusal
from certificates.pki.verdict import Finding

CODES: Final = {**crl_scope.CODES, 33: "CRL_MISSING"}
"""Numbers of X509_verify_cert about lists; among several, one of another issuer is as good as none."""
OTHER: Final = "CRL_UNREADABLE"
REVOKED: Final = "REVOKED_CRL"
MISSING: Final = "CRL_MISSING"


def findings(verified: Sequence[bytes], others: Sequence[bytes], asked: Asked) -> Iterator[Finding]:
    """Check the certificates of a chain, its anchor left out, against `asked.lists`.

    Where each of them needs a list, OpenSSL looks at the whole chain, and a list may have a signer of its own
    among `others`. Otherwise a list counts for its issuer's certificates and has to carry that issuer's
    signature. A list that cannot be relied on clears nobody, and what revokes is told before its fault.
    """
    is_everywhere = asked.policy.list_use is ListUse.EVERYWHERE
    if len(verified) < 2 or not (asked.lists or is_everywhere):
        return
    read, broken = given_lists.read_all(asked.lists)
    found = _about_all(verified, others, read, asked) if is_everywhere else _about_each(verified, read, asked)
    about = _named(fields.load(verified[0]))
    unread = [replace(one, params={**about, **one.params}) for one in broken]
    yield from sorted([*found, *unread], key=lambda one: (one.code != REVOKED, one.code == MISSING))


def _about_each(verified: Sequence[bytes], read: Sequence[Given], asked: Asked) -> Iterator[Finding]:
    for depth, (der, above) in enumerate(pairwise(verified)):
        certificate, issuer = fields.load(der), fields.load(above)
        own = [one for one in read if given_lists.issued_by_same(one, certificate)]
        found = _about_one(certificate, issuer, own, asked) if own else None
        if found is not None:
            yield replace(found, params={**_named(certificate), **found.params}, depth=depth)


def _about_one(
    certificate: x509.Certificate, issuer: x509.Certificate, own: Sequence[Given], asked: Asked
) -> Finding | None:
    """What the lists of an issuer say against one of its certificates, told as fully as they allow."""
    sound, faults = given_lists.are_sound(own, asked.now, issuer=issuer)
    entry = given_lists.revoking_entry(certificate, sound)
    if entry is not None:
        return Finding(REVOKED, crl_checks.entry_params(entry), "E")
    ders = [c.public_bytes(Encoding.DER) for c in (certificate, issuer)]
    answer = _answer(ders[:1], ders[1:], asked, Lists(tuple(one.der for one in sound)))
    if answer is not None and answer.code == REVOKED:
        return replace(answer, params={**answer.params, **_listed(certificate, sound)})
    lasting = next((fault.finding for fault in faults if not fault.passing), None)
    if lasting is not None or answer is None or answer.code != MISSING:
        return lasting or answer
    if faults:
        return faults[0].finding
    if all(given_lists.is_delta(one) for one in sound):
        return answer
    return Finding("CRL_WRONG_SCOPE", {**answer.params, "detail": "issuingDistributionPoint"}, "E")


def _about_all(
    verified: Sequence[bytes], others: Sequence[bytes], read: Sequence[Given], asked: Asked
) -> Iterator[Finding]:
    """What the lists say against a chain each certificate of which needs one."""
    sound, faults = given_lists.are_sound(read, asked.now)
    for depth, (der, above) in enumerate(pairwise(verified)):
        certificate, issuer = fields.load(der), fields.load(above)
        own = [one for one in sound if given_lists.issued_by_same(one, certificate)]
        entry = given_lists.revoking_entry(
            certificate, [one for one in own if given_lists.is_signed(one, issuer)]
        )
        if entry is not None:
            params = {**_named(certificate), **crl_checks.entry_params(entry)}
            yield Finding(REVOKED, params, "E", depth)
        for fault in faults:
            if not fault.passing and given_lists.issued_by_same(fault.given, certificate):
                params = {**_named(certificate), **fault.finding.params}
                yield replace(fault.finding, params=params, depth=depth)
    usable = Lists(tuple(one.der for one in sound), whole_chain=True)
    answer = _answer([*verified[:-1], *others], verified[-1:], asked, usable)
    if answer is not None:
        yield _told_fully(answer, verified, sound, faults)


def _told_fully(
    answer: Finding, verified: Sequence[bytes], sound: Sequence[Given], faults: Sequence[Fault]
) -> Finding:
    """An answer about a whole chain with the names, the entry, or the fault of the list that is missing."""
    certificate = fields.load(verified[min(answer.depth or 0, len(verified) - 1)])
    params = {**_named(certificate), **answer.params}
    if answer.code == REVOKED:
        own = [one for one in sound if given_lists.issued_by_same(one, certificate)]
        return replace(answer, params={**params, **_listed(certificate, own)})
    for fault in faults if answer.code == MISSING else ():
        if given_lists.issued_by_same(fault.given, certificate):
            return replace(answer, code=fault.finding.code, params={**params, **fault.finding.params})
    return replace(answer, params=params)


def _listed(certificate: x509.Certificate, lists: Sequence[Given]) -> Mapping[str, str]:
    """When and why the first list that names a certificate says that it was revoked."""
    entries = (crl_checks.entry_of(certificate, one.loaded) for one in lists)
    return crl_checks.entry_params(next((entry for entry in entries if entry is not None), None))


def _named(certificate: x509.Certificate) -> dict[str, str]:
    read = fields.read(certificate)
    return {"name": read.display_name, "issuer": read.issuer_name}


def _answer(chain: Sequence[bytes], trusted: Sequence[bytes], asked: Asked, lists: Lists) -> Finding | None:
    answer = openssl.verified_chain(
        chain,
        trusted=openssl.loaded(trusted),
        now=asked.now,
        purpose=Purpose.ANY,
        lists=lists,
    )
    if not isinstance(answer, Refusal):
        return None
    params = {"openssl": str(answer.error), "detail": f"OpenSSL {answer.error}"}
    return Finding(CODES.get(answer.error, OTHER), params, "E", answer.depth)
