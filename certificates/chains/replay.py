"""Decides about a seen chain again, with the rows of the store as they are or as they would be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from certificates.chains.seen import presented_of
from certificates.models import SeenChain, TrustedCertificate
from certificates.pki import fields
from certificates.pki.trust import TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify

MOST_STEPS: Final = 12
MOST_OF_A_STEP: Final = 500

Alter = Callable[[str, TrustedRow], TrustedRow | None]
"""Gets a fingerprint with its row and answers the row as it would be, None when it would be gone."""


@dataclass(frozen=True)
class Neighborhood:
    """The rows that can have a part in some chains: those with a subject that these lead to, by fingerprint.

    An issuer is found by its name alone, so that no other row of the store can change the answer. Revocation
    is left out: it does not depend on which rows are trusted, and asking would take a network.
    """

    rows: Mapping[str, TrustedRow]

    def replay(
        self,
        chain: SeenChain,
        *,
        now: datetime,
        alter: Alter | None = None,
        dropped: frozenset[str] = frozenset(),
    ) -> Verdict:
        """Decide about the chain with the rows altered, and without the presented ones in `dropped`."""
        held = self.rows if alter is None else _altered(self.rows, alter)
        sent = [der for der in presented_of(chain) if fields.fingerprint(der) not in dropped]
        view = TrustView(
            tuple(row for row in held.values() if row.enabled and chain.usage in row.usages),
            chain.usage,
            0,
            second_gate=settings.ISE_MAIL_SECOND_GATE,
            lookup=_Held(held),
        )
        return verify(presented=sent, anchors=view, host=chain.host, usage=chain.usage, now=now)


class _Held:
    """The rows of a neighborhood by subject and fingerprint (see `pki.trust.Lookup`)."""

    def __init__(self, rows: Mapping[str, TrustedRow]) -> None:
        self._rows = rows

    def named(self, subject_key: str) -> Sequence[TrustedRow]:
        """The rows with this subject."""
        return [
            r for r in self._rows.values() if r.fields is not None and r.fields.subject_key == subject_key
        ]

    def holding(self, sha256: str) -> TrustedRow | None:
        """The row with this fingerprint."""
        return self._rows.get(sha256)


def neighborhood(chains: Iterable[SeenChain]) -> Neighborhood:
    """Read the rows that can have a part in the chains: a few indexed look-ups in a store of any size."""
    wanted = {key for chain in chains for der in presented_of(chain) for key in _keys(der)}
    rows: dict[str, TrustedRow] = {}
    asked: set[str] = set()
    for _step in range(MOST_STEPS):
        wanted -= asked
        if not wanted:
            break
        asked |= wanted
        found = TrustedCertificate.objects.filter(subject_key__in=wanted).order_by("-status", "pk")
        wanted = set()
        for certificate in found[:MOST_OF_A_STEP]:
            row = _row_of(certificate)
            rows[certificate.sha256] = row
            wanted |= _keys(row.der)
    return Neighborhood(rows)


def _row_of(certificate: TrustedCertificate) -> TrustedRow:
    usages = frozenset(usage.value for usage in certificate.usages)
    return TrustedRow(bytes(certificate.der), certificate.friendly_name, certificate.is_enabled, usages)


def _keys(der: bytes) -> set[str]:
    try:
        found = fields.read(fields.load(der))
    except fields.CertificateUnreadable:
        return set()
    return {found.subject_key, found.issuer_key} - {""}


def _altered(rows: Mapping[str, TrustedRow], alter: Alter) -> dict[str, TrustedRow]:
    changed = {sha256: alter(sha256, row) for sha256, row in rows.items()}
    return {sha256: row for sha256, row in changed.items() if row is not None}
