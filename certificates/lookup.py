"""Looks up single trusted certificates that no chain rests on, when a reason has to name them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from certificates.models import TrustedCertificate
from certificates.pki.rules import CrlRule, OcspRule
from certificates.pki.trust import Lookup, TrustedRow

MOST_OF_ONE_NAME: Final = 50
"""Rows of one subject that are looked at; a store can hold thousands of certificates of one name."""


class DatabaseLookup:
    """The rows of the database by subject and by fingerprint (see `pki.trust.Lookup`)."""

    def named(self, subject_key: str) -> Sequence[TrustedRow]:
        """The rows with this subject, in the order of their import."""
        found = TrustedCertificate.objects.with_revocation().filter(subject_key=subject_key)
        return [row_of(certificate) for certificate in found.order_by("pk")[:MOST_OF_ONE_NAME]]

    def holding(self, sha256: str) -> TrustedRow | None:
        """The row with this fingerprint."""
        found = TrustedCertificate.objects.with_revocation().filter(sha256=sha256).first()
        return None if found is None else row_of(found)


class RememberedLookup:
    """Another lookup, asked once for each name and fingerprint: for who decides about one chain many times.

    It goes with the request that made it, because the store may change after that.
    """

    def __init__(self, lookup: Lookup) -> None:
        self.named = cache(lookup.named)
        self.holding = cache(lookup.holding)


def row_of(certificate: TrustedCertificate) -> TrustedRow:
    """A stored certificate as the verifier takes it, with its rules of revocation."""
    return TrustedRow(
        der=bytes(certificate.der),
        name=certificate.friendly_name,
        enabled=certificate.is_enabled,
        usages=frozenset(usage.value for usage in certificate.usages),
        ocsp=_ocsp_rule(certificate),
        crl=_crl_rule(certificate),
    )


def _ocsp_rule(certificate: TrustedCertificate) -> OcspRule | None:
    chosen = getattr(certificate, "revocation", None)
    if chosen is None or not chosen.ocsp_enabled or chosen.ocsp_profile is None:
        return None
    profile = chosen.ocsp_profile
    return OcspRule(
        profile=profile.name,
        primary_url=profile.primary_url,
        secondary_url=profile.secondary_url,
        use_aia=profile.use_aia,
        timeout_seconds=profile.timeout_seconds,
        enable_nonce=profile.enable_nonce,
        validate_signature=profile.validate_signature,
        cache_minutes=profile.cache_minutes,
        reject_unknown=chosen.ocsp_reject_unknown,
        reject_unreachable=chosen.ocsp_reject_unreachable,
        profile_id=profile.pk,
    )


def _crl_rule(certificate: TrustedCertificate) -> CrlRule | None:
    chosen = getattr(certificate, "revocation", None)
    if chosen is None or not chosen.crl_enabled:
        return None
    state = getattr(certificate, "crl", None)
    held = None if state is None or state.der is None else bytes(state.der)
    return CrlRule(
        der=held,
        url=chosen.crl_url,
        bypass_if_missing=chosen.crl_bypass_if_missing,
        ignore_dates=chosen.crl_ignore_dates,
    )
