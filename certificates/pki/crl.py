"""Judges a revocation list, and says whether a certificate stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import crl_checks, crl_scope, fields
from certificates.pki.crl_checks import CrlRefused
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.rules import CrlRule
from certificates.pki.verdict import Finding

__all__ = [
    "CrlFacts",
    "CrlRefused",
    "as_der",
    "check_list",
    "lookup",
]

KEPT_LISTS: Final = 4
"""Loaded lists that stay in memory; a list of 20 MiB takes a good part of a second to load."""


@dataclass(frozen=True)
class CrlFacts:
    """What is told of a list; `number` is None only in lists of version 1, which have none."""

    number: int | None
    this_update: datetime
    next_update: datetime | None
    revoked_count: int
    issuer: str
    is_delta: bool = False


def check_list(
    der: bytes,
    *,
    authority: x509.Certificate,
    now: datetime,
    held_number: int | None,
    ignore_dates: bool = False,
) -> CrlFacts:
    """Check a list that was received for an authority, and tell its numbers.

    `held_number` is the number of the list that is held already: an older one is not taken instead of it.
    Raises CrlRefused with the first fault: not readable, of another issuer, without the right to sign, wrong
    signature, not understood, a delta, only a part of the revocations, number, dates.
    """
    try:
        loaded = _loaded(der)
        crl_checks.refuse_unfit(loaded, authority)
        number = crl_checks.number_of(loaded)
        crl_checks.refuse_partial(loaded)
        if number is not None and held_number is not None and number < held_number:
            raise CrlRefused("CRL_NUMBER_BACK", {"number": str(number), "held": str(held_number)})
        if not ignore_dates:
            crl_checks.refuse_out_of_date(loaded, now)
        return CrlFacts(
            number=number,
            this_update=loaded.last_update_utc,
            next_update=loaded.next_update_utc,
            revoked_count=len(loaded),
            issuer=fields.read(authority).subject,
        )
    except UNREADABLE as error:
        raise CrlRefused("CRL_UNREADABLE", {"detail": str(error)}) from error


def as_der(data: bytes) -> bytes:
    """The list in DER, also when it was served as PEM; raises CrlRefused for PEM that cannot be read."""
    if not data.lstrip().startswith(b"-----BEGIN"):
        return data
    try:
        return x509.load_pem_x509_crl(data).public_bytes(Encoding.DER)
    except UNREADABLE as error:
        raise CrlRefused("CRL_UNREADABLE", {"detail": str(error)}) from error


def lookup(
    certificate: x509.Certificate, issuer: x509.Certificate, *, rule: CrlRule, now: datetime
) -> Finding | None:
    """Return None when the list of the issuer clears the certificate, else why it does not.

    The rule decides what a list that was never received means, and whether the dates of the list count; its
    entries count always. OpenSSL says what the list covers; what is checked before only finds better words.
    """
    if rule.der is None:
        return None if rule.bypass_if_missing else Finding("CRL_MISSING", {"url": rule.url}, "E")
    try:
        check_list(rule.der, authority=issuer, now=now, held_number=None, ignore_dates=rule.ignore_dates)
        loaded = _loaded(rule.der)
        entry = crl_checks.entry_of(certificate, loaded)
        answer = crl_scope.answer_of(certificate, issuer, loaded, now=None if rule.ignore_dates else now)
    except CrlRefused as refused:
        return Finding(refused.code, {"url": rule.url, **refused.params}, "E")
    except UNREADABLE as error:
        return Finding("CRL_UNREADABLE", {"url": rule.url, "detail": str(error)}, "E")
    if answer is None and entry is None:
        return None
    # A complete list can take nobody off: OpenSSL passes over an entry that says removeFromCRL.
    answer = answer or "REVOKED_CRL"
    params = crl_checks.entry_params(entry) if answer == "REVOKED_CRL" else {}
    if answer == "CRL_WRONG_SCOPE":
        params = {"detail": "issuingDistributionPoint"}
    return Finding(answer, {"url": rule.url, **params}, "E")


@lru_cache(maxsize=KEPT_LISTS)
def _loaded(der: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(der)
