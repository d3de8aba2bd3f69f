"""One trusted certificate as its page shows it: fields, usages, and what depends on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from certificates import truststore
from certificates.listing.query import Row, row_of
from certificates.models import TrustedCertificate
from certificates.pki.fields import pairs
from certificates.usages import EFFECTS, LABELS, NEEDS, Usage

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_UNFIT_FOR_FILES: Final = re.compile(r"[^\w.\- ]+")


@dataclass(frozen=True)
class Box:
    """One *Trusted for* box: its label, what it does, which others it needs, and its state."""

    label: _StrPromise
    effect: _StrPromise
    needs: tuple[_StrPromise, ...]
    is_ticked: bool


@dataclass(frozen=True)
class Detail:
    """Everything the pages of one certificate show besides its form."""

    row: Row
    boxes: tuple[Box, ...]
    sha256: str
    sha1: str
    serial: str
    used_by: tuple[str, ...]
    last_for: tuple[_StrPromise, ...]

    @property
    def certificate(self) -> TrustedCertificate:
        """The stored certificate."""
        return self.row.certificate


def detail_of(certificate: TrustedCertificate, *, now: datetime) -> Detail:
    """Collect what the page of one certificate says at `now`, with what would break without it."""
    usages = certificate.usages
    return Detail(
        row=row_of(certificate, now=now),
        boxes=tuple(_box(usage, usage in usages) for usage in Usage),
        sha256=pairs(certificate.sha256),
        sha1=pairs(certificate.sha1),
        serial=pairs(certificate.serial_hex, " "),
        used_by=truststore.used_by(certificate.sha256),
        last_for=tuple(_last_for(certificate, now)),
    )


def file_name(certificate: TrustedCertificate) -> str:
    """The friendly name as the name of a PEM file."""
    stem = _UNFIT_FOR_FILES.sub("_", certificate.friendly_name).strip(". ") or "certificate"
    return f"{stem[:120]}.pem"


def _box(usage: Usage, is_ticked: bool) -> Box:
    return Box(LABELS[usage], EFFECTS[usage], tuple(LABELS[need] for need in NEEDS[usage]), is_ticked)


def _last_for(certificate: TrustedCertificate, now: datetime) -> Iterator[_StrPromise]:
    for usage in sorted(certificate.usages):
        if truststore.is_last_usable(certificate.sha256, usage=usage, now=now):
            yield LABELS[usage]
