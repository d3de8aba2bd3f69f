"""The list of trusted certificates as one reads it: searched, filtered, sorted, in pages, with counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OrderBy, Q
from django.db.models.functions import Lower

from certificates.models import Band, Status, TrustedCertificate, TrustedCertificateQuerySet, band_filter
from certificates.usages import Usage

PAGE_SIZES: Final = (25, 50, 100)
DEFAULT_SORT: Final = "expires"
SORTS: Final[Mapping[str, str]] = {
    "name": "friendly_name",
    "status": "status",
    "serial": "serial_hex",
    "to": "issued_to",
    "by": "issued_by",
    "from": "not_before",
    "expires": "not_after",
}
TONES: Final[Mapping[Band, str]] = {
    Band.EXPIRED: "bad",
    Band.WITHIN_30: "warn",
    Band.WITHIN_60: "warn",
    Band.WITHIN_90: "info",
    Band.VALID: "ok",
    Band.NOT_YET_VALID: "info",
}
ICONS: Final[Mapping[Band, str]] = {
    Band.EXPIRED: "x-fill",
    Band.WITHIN_30: "alert-fill",
    Band.WITHIN_60: "alert-fill",
    Band.WITHIN_90: "info-fill",
    Band.VALID: "check-fill",
    Band.NOT_YET_VALID: "clock",
}


@dataclass(frozen=True)
class ListQuery:
    """What the reader asked for; an empty filter asks for everything."""

    search: str = ""
    band: Band | None = None
    status: Status | None = None
    usage: Usage | None = None
    sort: str = DEFAULT_SORT
    page: str = "1"
    size: int = PAGE_SIZES[0]

    @property
    def is_narrow(self) -> bool:
        """Whether a search or a filter leaves rows out."""
        return bool(self.search or self.band or self.status or self.usage)


@dataclass(frozen=True)
class Row:
    """One row with what depends on the clock."""

    certificate: TrustedCertificate
    band: Band
    tone: str
    icon: str


@dataclass(frozen=True)
class Chip:
    """One filter with the number of rows it would show under the other filters; its value is "" for all."""

    value: str
    label: str
    count: int
    tone: str = ""


@dataclass(frozen=True)
class Listing:
    """One page of rows and the chips above it."""

    page: Page[TrustedCertificate]
    rows: tuple[Row, ...]
    bands: tuple[Chip, ...]
    statuses: tuple[Chip, ...]


def parse_query(values: Mapping[str, str]) -> ListQuery:
    """Read a query from an address; whatever is not known counts as not asked for."""
    band, status, usage = values.get("expiry", ""), values.get("status", ""), values.get("for", "")
    sort, size = values.get("sort", ""), values.get("size", "")
    return ListQuery(
        search=values.get("q", "").replace("\x00", "").strip()[:200],
        band=Band(band) if band in Band.values else None,
        status=Status(status) if status in Status.values else None,
        usage=Usage(usage) if usage in set(Usage) else None,
        sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        page=values.get("page", "1"),
        size=int(size) if size in {str(known) for known in PAGE_SIZES} else PAGE_SIZES[0],
    )


def list_certificates(query: ListQuery, *, now: datetime) -> Listing:
    """Return one page; a page number out of range gives the nearest page."""
    found = TrustedCertificate.objects.matching(query.search)
    if query.usage:
        found = found.trusted_for(query.usage)
    of_status = found.filter(status=query.status) if query.status else found
    of_band = found.in_band(query.band, now) if query.band else found
    shown = of_status.in_band(query.band, now) if query.band else of_status
    page = Paginator(shown.for_listing().order_by(*_order(query.sort)), query.size).get_page(query.page)
    return Listing(
        page=page,
        rows=tuple(row_of(certificate, now=now) for certificate in page),
        bands=_band_chips(of_status, now),
        statuses=_status_chips(of_band),
    )


def row_of(certificate: TrustedCertificate, *, now: datetime) -> Row:
    """Add to a certificate what its state at `now` is and how that is shown."""
    band = certificate.band(now)
    return Row(certificate, band, TONES[band], ICONS[band])


def _order(sort: str) -> list[OrderBy]:
    column = SORTS[sort.removeprefix("-")]
    key = Lower(column) if column == "friendly_name" else F(column)
    return [key.desc() if sort.startswith("-") else key.asc(), F("pk").asc()]


def _band_chips(found: TrustedCertificateQuerySet, now: datetime) -> tuple[Chip, ...]:
    counts = found.aggregate(
        all=Count("pk"), **{f"band_{band.value}": Count("pk", filter=band_filter(band, now)) for band in Band}
    )
    chips = [Chip(band.value, str(band.label), counts[f"band_{band.value}"], TONES[band]) for band in Band]
    return (Chip("", "", counts["all"]), *chips)


def _status_chips(found: TrustedCertificateQuerySet) -> tuple[Chip, ...]:
    counts = found.aggregate(**{status.value: Count("pk", filter=Q(status=status)) for status in Status})
    return tuple(Chip(status.value, str(status.label), counts[status.value]) for status in Status)
