"""One row of the list: a certificate with what the clock says of it, as an icon, a word and a color."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certificates.models import Band, TrustedCertificate

TONES: Final[Mapping[Band, str]] = {
    Band.EXPIRED: "bad",
    Band.WITHIN_30: "near",
    Band.WITHIN_60: "soon",
    Band.WITHIN_90: "info",
    Band.VALID: "ok",
    Band.NOT_YET_VALID: "off",
}
"""ISE's colors: red, orange, yellow, blue and green."""
ICONS: Final[Mapping[Band, str]] = {
    Band.EXPIRED: "x-fill",
    Band.WITHIN_30: "alert-fill",
    Band.WITHIN_60: "bell",
    Band.WITHIN_90: "info-fill",
    Band.VALID: "check-fill",
    Band.NOT_YET_VALID: "clock",
}


@dataclass(frozen=True)
class Row:
    """One row with what depends on the clock."""

    certificate: TrustedCertificate
    band: Band
    tone: str
    icon: str


def row_of(certificate: TrustedCertificate, *, now: datetime) -> Row:
    """Add to a certificate what its state at `now` is and how that is shown."""
    band = certificate.band(now)
    return Row(certificate, band, TONES[band], ICONS[band])
