"""The list of trusted certificates as one reads it: searched, filtered, sorted, in pages, with counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, overload

from django.core.paginator import Page, Paginator

from certificates.listing.chips import Chip, band_chips, status_chips, usage_chips
from certificates.listing.facets import UNKNOWN, Facets, Narrowing
from certificates.listing.ordering import DEFAULT_SORT, SORTS, ordered
from certificates.listing.rows import Row, row_of
from certificates.listing.search import matching
from certificates.models import Band, Status, TrustedCertificate, TrustedCertificateQuerySet
from certificates.usages import Usage

__all__ = [
    "PAGE_SIZES",
    "ListQuery",
    "Listing",
    "Row",
    "filtered",
    "list_certificates",
    "parse_query",
    "row_of",
]

PAGE_SIZES: Final = (25, 50, 100)
NOT_A_CHARACTER: Final = "\N{REPLACEMENT CHARACTER}"
"""What stands for NUL, which PostgreSQL takes in no text: it finds nothing, and it is seen in the box."""
FEW: Final = 1000
"""Up to so many rows are found once and then named by their keys, whatever is asked of them next."""


@dataclass(frozen=True)
class ListQuery:
    """What the reader asked for; an empty filter asks for everything."""

    search: str = ""
    narrowing: Narrowing = field(default_factory=Narrowing)
    sort: str = DEFAULT_SORT
    page: str = "1"
    size: int = PAGE_SIZES[0]

    @property
    def is_narrow(self) -> bool:
        """Whether a search or a filter leaves rows out."""
        return bool(self.search) or self.narrowing != Narrowing()

    @property
    def fields(self) -> dict[str, str]:
        """Search and filters as an address carries them, without the empty ones."""
        chosen = self.narrowing
        every = {"q": self.search, "expiry": chosen.band, "status": chosen.status, "for": chosen.usage}
        return {name: str(value) for name, value in every.items() if value}


@dataclass(frozen=True)
class Listing:
    """One page of rows and the filters above it."""

    page: Page[Row]
    bands: tuple[Chip, ...]
    statuses: tuple[Chip, ...]
    usages: tuple[Chip, ...]
    expired: int

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the page."""
        return tuple(self.page)

    @property
    def count(self) -> int:
        """How many rows there are on all pages."""
        return self.page.paginator.count


def parse_query(values: Mapping[str, str]) -> ListQuery:
    """Read a query from an address; whatever is not known counts as not asked for."""
    band, status, usage = values.get("expiry", ""), values.get("status", ""), values.get("for", "")
    sort, size = values.get("sort", ""), values.get("size", "")
    return ListQuery(
        search=values.get("q", "").replace("\x00", NOT_A_CHARACTER).strip()[:200],
        narrowing=Narrowing(
            band=Band(band) if band in Band.values else None,
            status=Status(status) if status in Status.values else None,
            usage=usage if usage in {*Usage, UNKNOWN} else "",
        ),
        sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        page=values.get("page", "1"),
        size=int(size) if size in {str(known) for known in PAGE_SIZES} else PAGE_SIZES[0],
    )


def filtered(query: ListQuery, *, now: datetime) -> TrustedCertificateQuerySet:
    """Return everything that the query finds at `now`, in no order."""
    return query.narrowing.within(matching(query.search), now).order_by()


def list_certificates(query: ListQuery, *, now: datetime) -> Listing:
    """Return one page; a page number out of range gives the nearest page."""
    found = matching(query.search).order_by()
    if query.search:
        found = _named_if_few(found)
    facets = Facets(found, now=now)
    count = facets.count(query.narrowing)
    shown = query.narrowing.within(found, now)
    if query.narrowing != Narrowing() and count <= FEW:
        shown = _named_if_few(shown)
    expired = Narrowing(band=Band.EXPIRED)
    return Listing(
        page=Paginator(_Found(shown, count, query.sort, now), query.size).get_page(query.page),
        bands=band_chips(facets, query.narrowing),
        statuses=status_chips(facets, query.narrowing),
        usages=usage_chips(facets, query.narrowing),
        expired=TrustedCertificate.objects.in_band(Band.EXPIRED, now).count()
        if query.search
        else facets.count(expired),
    )


def _named_if_few(found: TrustedCertificateQuerySet) -> TrustedCertificateQuerySet:
    """Replace a filter that finds few rows by their keys, so that it need not run again."""
    keys = list(found.values_list("pk", flat=True)[: FEW + 1])
    return found if len(keys) > FEW else TrustedCertificate.objects.filter(pk__in=keys)


class _Found(Sequence[Row]):
    """The rows of the list as a paginator takes them: their number is known, and only one page is read."""

    def __init__(self, found: TrustedCertificateQuerySet, count: int, sort: str, now: datetime) -> None:
        self._found, self._count, self._sort, self._now = found, count, sort, now

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, part: int) -> Row: ...
    @overload
    def __getitem__(self, part: slice) -> Sequence[Row]: ...
    def __getitem__(self, part: int | slice) -> Row | Sequence[Row]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        # The keys come out of an index alone, however far the page lies; whole rows are read of one page.
        keys = list(ordered(self._found, self._sort, now=self._now).values_list("pk", flat=True)[part])
        held = TrustedCertificate.objects.for_listing().in_bulk(keys)
        return [row_of(held[key], now=self._now) for key in keys if key in held]
