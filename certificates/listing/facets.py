"""Counts the certificates by status, usage and expiry in one pass, for every filter at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, Count, Q, Value, When

from certificates.models import USAGE_COLUMNS, Band, Status, TrustedCertificateQuerySet
from certificates.usages import Usage

UNKNOWN: Final = "unknown"
"""ISE's word for a certificate that no box is ticked for."""
_COLUMNS: Final = ("status", *USAGE_COLUMNS.values())
_FAR: Final = timedelta(days=90)
_EDGES: Final = ((timedelta(days=30), Band.WITHIN_30), (timedelta(days=60), Band.WITHIN_60))


@dataclass(frozen=True)
class Narrowing:
    """Which certificates count; None and "" leave a question open."""

    band: Band | None = None
    status: Status | None = None
    usage: str = ""

    def holds(self, status: str, usages: frozenset[str], band: Band) -> bool:
        """Whether certificates of this kind count."""
        is_of_usage = not self.usage or (not usages if self.usage == UNKNOWN else self.usage in usages)
        return is_of_usage and self.status in (None, status) and self.band in (None, band)

    def within(self, found: TrustedCertificateQuerySet, now: datetime) -> TrustedCertificateQuerySet:
        """The same as a filter of rows."""
        if self.usage:
            found = (
                found.trusted_for_nothing() if self.usage == UNKNOWN else found.trusted_for(Usage(self.usage))
            )
        if self.status:
            found = found.filter(status=self.status)
        return found.in_band(self.band, now) if self.band else found


class Facets:
    """How many of the found certificates there are of each kind."""

    def __init__(self, found: TrustedCertificateQuerySet, *, now: datetime) -> None:
        """Count; two queries that read one index and nothing else."""
        self._cells: dict[tuple[str, frozenset[str], Band], int] = {}
        # Most certificates are far from their end: only the others are looked at one by one.
        for kind, near in _near(found, now):
            self._cells[kind] = near
        for values in found.order_by().values(*_COLUMNS).annotate(n=Count("pk")):
            status, usages = values["status"], _usages(values)
            near = sum(self._cells.get((status, usages, band), 0) for band in Band)
            self._cells[(status, usages, Band.VALID)] = values["n"] - near

    def count(self, narrowing: Narrowing) -> int:
        """How many there are under these filters."""
        return sum(count for kind, count in self._cells.items() if narrowing.holds(*kind))


def _near(
    found: TrustedCertificateQuerySet, now: datetime
) -> Iterator[tuple[tuple[str, frozenset[str], Band], int]]:
    near = found.filter(Q(not_after__lt=now + _FAR) | Q(not_before__gt=now))
    counted = near.order_by().values(*_COLUMNS).annotate(band=_band_at(now), n=Count("pk"))
    for values in counted:
        yield (values["status"], _usages(values), Band(values["band"])), values["n"]


def _band_at(now: datetime) -> Case:
    return Case(
        When(not_after__lt=now, then=Value(Band.EXPIRED.value)),
        When(not_before__gt=now, then=Value(Band.NOT_YET_VALID.value)),
        *(When(not_after__lt=now + left, then=Value(band.value)) for left, band in _EDGES),
        default=Value(Band.WITHIN_90.value),
    )


def _usages(values: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(usage.value for usage, column in USAGE_COLUMNS.items() if values[column])
