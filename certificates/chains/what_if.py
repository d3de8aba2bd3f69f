"""What a change of the store would break: the last seen chains are decided about again, offline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from certificates import words
from certificates.chains.purposes import Purpose, purpose_named
from certificates.chains.replay import Alter, Neighborhood, neighborhood
from certificates.chains.seen import newest_chains
from certificates.models import SeenChain, TrustedCertificate
from certificates.pki.trust import TrustedRow
from certificates.usages import Usage


@dataclass(frozen=True)
class Broken:
    """An endpoint that is verified today and would not be after the change, with the reason as a code."""

    purpose: Purpose
    endpoint: str
    code: str
    params: Mapping[str, str]

    @property
    def label(self) -> str:
        """The endpoint as a person names it, such as `SMTP server mail.testlab.com:587`."""
        return self.purpose.of(self.endpoint)

    @property
    def carries(self) -> tuple[str, ...]:
        """What goes through the endpoint, such as the kinds of mail."""
        return tuple(str(name) for name in self.purpose.carries(self.endpoint))

    @property
    def cause(self) -> str:
        """Why it would be refused, in the reader's language."""
        return words.text_of(self.code, self.params).cause


def broken_by(*, remove: Collection[str], disable: Collection[str], now: datetime) -> tuple[Broken, ...]:
    """Name what fails when certificates (SHA-256 in lower-case hexadecimal) are taken out or disabled."""
    gone, off = frozenset(remove), frozenset(disable)

    def alter(sha256: str, row: TrustedRow) -> TrustedRow | None:
        if sha256 in gone:
            return None
        return replace(row, enabled=False) if sha256 in off else row

    return _broken(alter, affected=gone | off, now=now)


def broken_by_edit(
    certificate: TrustedCertificate, *, is_enabled: bool, usages: Collection[Usage], now: datetime
) -> tuple[Broken, ...]:
    """Name what fails when one certificate gets this status and these usages."""
    held = frozenset(usage.value for usage in usages)

    def alter(sha256: str, row: TrustedRow) -> TrustedRow:
        return replace(row, enabled=is_enabled, usages=held) if sha256 == certificate.sha256 else row

    return _broken(alter, affected=frozenset({certificate.sha256}), now=now)


def broken_by_expiry(certificate: TrustedCertificate, *, now: datetime) -> tuple[Broken, ...]:
    """Name what fails on the day on which one certificate ends, all others being renewed in time.

    From then on it ends no chain, and a chain that still contains it is refused.
    """
    ended = certificate.sha256

    def alter(sha256: str, row: TrustedRow) -> TrustedRow | None:
        return None if sha256 == ended else row

    return _broken(alter, affected=frozenset({ended}), now=now, dropped=frozenset({ended}))


def _broken(
    alter: Alter, *, affected: frozenset[str], now: datetime, dropped: frozenset[str] = frozenset()
) -> tuple[Broken, ...]:
    chains = newest_chains(now=now)
    around = neighborhood(chains)
    if affected.isdisjoint(around.rows):
        return ()
    found = (_break(chain, around, alter, now, dropped) for chain in chains)
    return tuple(broken for broken in found if broken is not None)


def _break(
    chain: SeenChain, around: Neighborhood, alter: Alter, now: datetime, dropped: frozenset[str]
) -> Broken | None:
    """What fails already today is not broken by the change."""
    after = around.replay(chain, now=now, alter=alter, dropped=dropped)
    if after.is_ok or not around.replay(chain, now=now).is_ok:
        return None
    return Broken(purpose_named(chain.purpose), chain.endpoint, after.code, after.params)
