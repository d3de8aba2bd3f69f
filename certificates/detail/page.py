"""One trusted certificate as its pages show it: fields, usages, chain, extensions, and what depends on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from certificates import truststore
from certificates.chains import uses, what_if
from certificates.chains.climb import Climb, climb_from
from certificates.chains.uses import Use
from certificates.chains.what_if import Broken
from certificates.detail.extension_words import ShownExtensions, extensions_of
from certificates.listing.query import Row, row_of
from certificates.models import USAGE_COLUMNS, Band, Status, TrustedCertificate
from certificates.pki.fields import pairs
from certificates.revocation.overview import Overview, overview_of
from certificates.usages import CONSUMERS, LABELS, NEEDS, Consumer, Usage

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_UNFIT_FOR_FILES: Final = re.compile(r"[^\w.\- ]+")
May = Callable[[str], bool]
"""Whether the reader has a permission."""


@dataclass(frozen=True)
class Box:
    """One *Trusted for* box: its label, who asks for it, which others it needs, and its state."""

    label: _StrPromise
    consumers: tuple[Consumer, ...]
    needs: tuple[_StrPromise, ...]
    is_ticked: bool


@dataclass(frozen=True)
class UsedBy:
    """One endpoint with the page of its settings, which is empty for a reader who may not see it."""

    use: Use
    url: str


@dataclass(frozen=True)
class Detail:
    """What every page of one certificate shows."""

    row: Row
    boxes: tuple[Box, ...]
    serial: str

    @property
    def certificate(self) -> TrustedCertificate:
        """The stored certificate."""
        return self.row.certificate


@dataclass(frozen=True)
class Dependence:
    """What rests on a certificate: seen connections, what other apps know, usages it alone holds up."""

    uses: tuple[UsedBy, ...]
    others: tuple[str, ...]
    last_for: tuple[_StrPromise, ...]

    @property
    def is_none(self) -> bool:
        """Whether nothing is known to rest on it."""
        return not (self.uses or self.others or self.last_for)


@dataclass(frozen=True)
class View:
    """What the view page shows besides."""

    sha256: str
    sha1: str
    climb: Climb
    extensions: ShownExtensions
    revocation: Overview
    dependence: Dependence
    ends: tuple[Broken, ...]


def detail_of(certificate: TrustedCertificate, *, now: datetime) -> Detail:
    """Collect the fields of one certificate at `now`."""
    held = certificate.usages
    boxes = tuple(_box(usage, usage in held) for usage in Usage)
    return Detail(row_of(certificate, now=now), boxes, pairs(certificate.serial_hex, " "))


def view_of(certificate: TrustedCertificate, *, now: datetime, may: May) -> View:
    """Collect what the view page says, with what would break on the day on which the certificate ends."""
    has_ended = certificate.band(now) is Band.EXPIRED
    return View(
        sha256=pairs(certificate.sha256),
        sha1=pairs(certificate.sha1),
        climb=climb_from(certificate, now=now),
        extensions=extensions_of(bytes(certificate.der)),
        revocation=overview_of(certificate.pk, now=now),
        dependence=dependence_of(certificate, now=now, may=may),
        ends=() if has_ended else what_if.broken_by_expiry(certificate, now=now),
    )


def dependence_of(certificate: TrustedCertificate, *, now: datetime, may: May) -> Dependence:
    """Collect what is known to rest on the certificate."""
    found = uses.uses_of(certificate.sha256)
    return Dependence(
        uses=tuple(UsedBy(use, _url_of(use, may)) for use in found),
        others=uses.others_of(certificate.sha256, found),
        last_for=tuple(_last_for(certificate, now)),
    )


def broken_by(
    certificate: TrustedCertificate, values: Mapping[str, Any], *, now: datetime
) -> tuple[Broken, ...]:
    """Name what fails with the status and the boxes of a form, whether or not the form can be stored."""
    return what_if.broken_by_edit(
        certificate,
        is_enabled=values.get("status", Status.ENABLED) == Status.ENABLED,
        usages=[usage for usage, name in USAGE_COLUMNS.items() if values.get(name)],
        now=now,
    )


def file_name(certificate: TrustedCertificate) -> str:
    """The friendly name as the name of a PEM file."""
    stem = _UNFIT_FOR_FILES.sub("_", certificate.friendly_name).strip(". ") or "certificate"
    return f"{stem[:120]}.pem"


def _box(usage: Usage, is_ticked: bool) -> Box:
    return Box(LABELS[usage], CONSUMERS[usage], tuple(LABELS[need] for need in NEEDS[usage]), is_ticked)


def _url_of(use: Use, may: May) -> str:
    purpose = use.purpose
    is_open = purpose.url_name and (not purpose.permission or may(purpose.permission))
    return reverse(purpose.url_name) if is_open else ""


def _last_for(certificate: TrustedCertificate, now: datetime) -> Iterator[_StrPromise]:
    for usage in sorted(certificate.usages):
        if truststore.is_last_usable(certificate.sha256, usage=usage, now=now):
            yield LABELS[usage]
