"""What a bulk act would do, said before it is done: how many, what relies on them, what would break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from certificates.chains.uses import used_by
from certificates.chains.what_if import Broken, broken_by
from certificates.listing.selection import Selection, seal_of
from certificates.models import SeenChain, Status, TrustedCertificate, TrustedCertificateQuerySet
from certificates.usages import LABELS, Usage

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NAMED: Final = 10
ASKED_ONE_BY_ONE: Final = 100
MOST_USED: Final = 50


class Act(StrEnum):
    """What can be done to many certificates at once."""

    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"


@dataclass(frozen=True)
class InUse:
    """One selected certificate with what relies on it."""

    certificate: TrustedCertificate
    users: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What the confirmation of a bulk act says; `seal` stands for exactly these rows."""

    act: Act
    count: int
    changing: int
    seal: str
    first: tuple[TrustedCertificate, ...]
    useless: int = 0
    used: tuple[InUse, ...] = ()
    broken: tuple[Broken, ...] = ()
    last_for: tuple[_StrPromise, ...] = ()

    @property
    def more(self) -> int:
        """How many rows are not named."""
        return self.count - len(self.first)


def preview(selection: Selection, act: Act, *, now: datetime) -> Preview:
    """Say what the act would do at `now`; nothing is changed."""
    keys = selection.keys(now=now)
    rows = selection.rows(now=now)
    first = TrustedCertificate.objects.for_listing().filter(pk__in=keys[:NAMED]).order_by("pk")
    changing = rows.exclude(status=Status.ENABLED if act == Act.ENABLE else Status.DISABLED)
    known = Preview(
        act=act,
        count=len(keys),
        changing=len(keys) if act == Act.DELETE else changing.count(),
        seal=seal_of(keys),
        first=tuple(first),
        useless=len(keys) - rows.in_date(now).count(),
    )
    return known if act == Act.ENABLE else _with_losses(known, rows, now)


def _with_losses(known: Preview, rows: TrustedCertificateQuerySet, now: datetime) -> Preview:
    lost = rows if known.act == Act.DELETE else rows.enabled()
    fingerprints = frozenset(lost.values_list("sha256", flat=True))
    gone, off = (fingerprints, ()) if known.act == Act.DELETE else ((), fingerprints)
    return Preview(
        **{
            **vars(known),
            "used": tuple(_in_use(lost, known.count)),
            "broken": broken_by(remove=gone, disable=off, now=now),
            "last_for": tuple(_last_for(lost, now)),
        }
    )


def _in_use(lost: TrustedCertificateQuerySet, count: int) -> Iterator[InUse]:
    """Ask about each row of a small selection; of a large one about those that have ended a chain."""
    asked = lost
    if count > ASKED_ONE_BY_ONE:
        asked = lost.filter(sha256__in=SeenChain.objects.values("anchor_sha256"))
    for certificate in asked.for_listing().order_by("pk")[: max(MOST_USED, ASKED_ONE_BY_ONE)]:
        users = used_by(certificate.sha256)
        if users:
            yield InUse(certificate, users)


def _last_for(lost: TrustedCertificateQuerySet, now: datetime) -> Iterator[_StrPromise]:
    for usage in Usage:
        usable = TrustedCertificate.objects.enabled().trusted_for(usage).in_date(now)
        if usable.exists() and not usable.exclude(pk__in=lost.values("pk")).exists():
            yield LABELS[usage]
