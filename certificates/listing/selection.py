"""What a bulk act applies to: the rows that were ticked, or everything that a search and filters find."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certificates.listing.query import ListQuery, filtered
from certificates.models import TrustedCertificate, TrustedCertificateQuerySet

MOST_CHOSEN: Final = 1000
"""Rows that can be ticked one by one; more are chosen by a filter."""
PORTION: Final = 1000
"""Rows that are held in memory at once."""


@dataclass(frozen=True)
class Selection:
    """Certificates that were ticked, or with `is_all` everything that the query finds."""

    query: ListQuery
    chosen: tuple[int, ...] = ()
    is_all: bool = False

    def rows(self, *, now: datetime) -> TrustedCertificateQuerySet:
        """The rows as they are at `now`, in no order."""
        if self.is_all:
            return filtered(self.query, now=now)
        return TrustedCertificate.objects.filter(pk__in=self.chosen).order_by()

    def keys(self, *, now: datetime) -> list[int]:
        """Their keys, the oldest import first."""
        return list(self.rows(now=now).order_by("pk").values_list("pk", flat=True))


def parse_selection(chosen: Iterable[str], *, is_all: bool, query: ListQuery) -> Selection:
    """Read a selection from what a form sends; what is not a number counts as not ticked."""
    keys = (int(text) for text in chosen if text.isascii() and text.isdigit() and len(text) <= 18)
    ticked = tuple(dict.fromkeys(keys))[:MOST_CHOSEN]
    return Selection(query, () if is_all else ticked, is_all)


def seal_of(keys: Sequence[int]) -> str:
    """Return a digest of keys: an act happens only to exactly what its confirmation named."""
    return hashlib.sha256(",".join(map(str, keys)).encode()).hexdigest()


def portions(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the keys in portions that fit into memory with their rows."""
    for start in range(0, len(keys), PORTION):
        yield keys[start : start + PORTION]
