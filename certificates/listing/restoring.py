"""Puts removed certificates back as they were; one that is there again is skipped, a name in use numbered."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower

from certificates.listing.bulk import target_of
from certificates.listing.removal import KEPT
from certificates.models import (
    CrlState,
    OcspProfile,
    Removal,
    RevocationSettings,
    StoreVersion,
    TrustedCertificate,
)
from console import audit

NAME_LENGTH: Final = 255
_Model = TypeVar("_Model", bound=models.Model)


class NothingToUndo(Exception):
    """The removal is not known, is older than 24 hours, or was undone already."""


class ChangedMeanwhile(Exception):
    """Somebody imported one of the certificates or took one of the names at this moment; nothing is back."""


@dataclass(frozen=True)
class Restored:
    """What became of each row: back, back under another name, skipped, or back without its OCSP service."""

    count: int = 0
    renamed: int = 0
    skipped: int = 0
    without_ocsp: int = 0


def undo(*, act: uuid.UUID, actor: str, now: datetime, address: str = "") -> Restored:
    """Put the rows of a removal back, in one transaction; raises NothingToUndo and ChangedMeanwhile."""
    try:
        return _undo(act, actor, now, address)
    except IntegrityError as clash:
        raise ChangedMeanwhile from clash


def _undo(act: uuid.UUID, actor: str, now: datetime, address: str) -> Restored:
    with transaction.atomic():
        parts = Removal.objects.filter(act=act, undone_at=None, removed_at__gt=now - KEPT)
        keys = list(parts.select_for_update().order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise NothingToUndo
        restored = Restored()
        for key in keys:
            restored = _put_back(Removal.objects.get(pk=key).rows, restored, now)
        # What is back need not be kept twice.
        Removal.objects.filter(pk__in=keys).update(undone_at=now, rows=[])
        StoreVersion.bump()
        audit.record(
            actor=actor,
            action="certificate.undo_delete",
            target=target_of(restored.count),
            after={"removal": str(act), **vars(restored)},
            now=now,
            address=address,
        )
    return restored


def _put_back(kept: Sequence[Mapping[str, Any]], before: Restored, now: datetime) -> Restored:
    wanted = [row["certificate"]["sha256"] for row in kept]
    there = set(TrustedCertificate.objects.filter(sha256__in=wanted).values_list("sha256", flat=True))
    back = [row for row in kept if row["certificate"]["sha256"] not in there]
    certificates = [_row(TrustedCertificate, row["certificate"]) for row in back]
    renamed = _rename(certificates)
    TrustedCertificate.objects.bulk_create(certificates)
    settings, without = _revocation(back)
    RevocationSettings.objects.bulk_create(settings)
    # The lists themselves are not kept: they are fetched again at once.
    CrlState.objects.bulk_create(CrlState(pk=row.pk, due_at=now) for row in settings if row.crl_enabled)
    return replace(
        before,
        count=before.count + len(back),
        renamed=before.renamed + renamed,
        skipped=before.skipped + len(kept) - len(back),
        without_ocsp=before.without_ocsp + without,
    )


def _rename(certificates: Sequence[TrustedCertificate]) -> int:
    """Number the names that another certificate has taken meanwhile, and say how many there were."""
    wanted = {certificate.friendly_name for certificate in certificates}
    # SQLite lowers ASCII letters alone, PostgreSQL all of them.
    lowered = {name.lower() for name in wanted} | {_lowered_in_ascii(name) for name in wanted}
    held = TrustedCertificate.objects.annotate(lowered=Lower("friendly_name")).filter(lowered__in=lowered)
    taken = {name.lower() for name in held.values_list("friendly_name", flat=True)}
    clashing = [certificate for certificate in certificates if certificate.friendly_name.lower() in taken]
    taken |= {name.lower() for name in wanted}
    for certificate in clashing:
        certificate.friendly_name = _free_name(certificate.friendly_name, taken)
        taken.add(certificate.friendly_name.lower())
    return len(clashing)


def _lowered_in_ascii(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _free_name(name: str, taken: Collection[str]) -> str:
    free = (numbered for numbered in _numbered(name) if numbered.lower() not in taken)
    return next(
        numbered
        for numbered in free
        if not TrustedCertificate.objects.filter(friendly_name__iexact=numbered).exists()
    )


def _numbered(name: str) -> Iterator[str]:
    number = 2
    while True:
        ending = f" ({number})"
        yield name[: NAME_LENGTH - len(ending)] + ending
        number += 1


def _revocation(kept: Sequence[Mapping[str, Any]]) -> tuple[list[RevocationSettings], int]:
    held = [_row(RevocationSettings, row["revocation"]) for row in kept if row["revocation"]]
    profiles = set(OcspProfile.objects.values_list("pk", flat=True)) if held else set()
    orphans = [row for row in held if row.ocsp_profile_id and row.ocsp_profile_id not in profiles]
    for row in orphans:
        row.ocsp_profile_id = None
        row.ocsp_enabled = row.ocsp_reject_unknown = row.ocsp_reject_unreachable = False
    return held, len(orphans)


def _row(model: type[_Model], values: Mapping[str, Any]) -> _Model:
    """Make a row of what was kept; a column that has come since gets its default."""
    fields = (field for field in model._meta.concrete_fields if field.attname in values)
    return model(**{field.attname: field.to_python(values[field.attname]) for field in fields})
