"""The filters above the list, each with the number of rows it would show under the other filters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from certificates.listing.facets import UNKNOWN, Facets, Narrowing
from certificates.listing.rows import TONES
from certificates.models import Band, Status
from certificates.usages import SHORT_LABELS


@dataclass(frozen=True)
class Chip:
    """One filter; its value is "" for all."""

    value: str
    label: str
    count: int
    tone: str = ""


def band_chips(facets: Facets, narrowing: Narrowing) -> tuple[Chip, ...]:
    """One for each expiration status, and before them one for all."""
    everything = Chip("", str(_("All")), facets.count(replace(narrowing, band=None)))
    chips = (
        Chip(band.value, str(band.label), facets.count(replace(narrowing, band=band)), TONES[band])
        for band in Band
    )
    return (everything, *chips)


def status_chips(facets: Facets, narrowing: Narrowing) -> tuple[Chip, ...]:
    """One for each status."""
    return tuple(
        Chip(status.value, str(status.label), facets.count(replace(narrowing, status=status)))
        for status in Status
    )


def usage_chips(facets: Facets, narrowing: Narrowing) -> tuple[Chip, ...]:
    """One for each usage, and one for certificates without any."""
    labels = {usage.value: str(label) for usage, label in SHORT_LABELS.items()}
    labels[UNKNOWN] = str(_("Unknown"))
    return tuple(
        Chip(value, label, facets.count(replace(narrowing, usage=value))) for value, label in labels.items()
    )
