"""Takes many trusted certificates out of the store, and keeps them for a day so that it can be undone."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Max, Sum

from certificates.listing.bulk import audited, sealed_keys, target_of
from certificates.listing.selection import Selection, portions
from certificates.models import Removal, RevocationSettings, StoreVersion, TrustedCertificate
from console import audit

KEPT: Final = timedelta(hours=24)
MOST_SHOWN: Final = 5


@dataclass(frozen=True)
class Removed:
    """One removal that can still be undone."""

    act: uuid.UUID
    count: int
    removed_by: str
    removed_at: datetime

    @property
    def kept_until(self) -> datetime:
        """Until when it can be undone."""
        return self.removed_at + KEPT


def remove(*, selection: Selection, seal: str, actor: str, now: datetime, address: str = "") -> Removed:
    """Take everything out that is selected, so that `restoring.undo` can put it back within 24 hours.

    Raises SelectionChanged when the selection is no longer the one that `seal` stands for.
    """
    act = uuid.uuid4()
    with transaction.atomic():
        keys = sealed_keys(selection, seal, now=now)
        audit.record(
            actor=actor,
            action="certificate.delete_many",
            target=target_of(len(keys)),
            before={**audited(keys), "removal": str(act)},
            now=now,
            address=address,
        )
        for part in portions(keys):
            _take_out(part, Removal(act=act, removed_by=actor, removed_at=now))
        StoreVersion.bump()
    return Removed(act, len(keys), actor, now)


def recent(*, now: datetime) -> list[Removed]:
    """Return the latest removals that can be undone, the last one first."""
    held = Removal.objects.filter(removed_at__gt=now - KEPT, undone_at=None)
    acts = held.values("act").annotate(number=Sum("count"), at=Max("removed_at"), by=Max("removed_by"))
    found = acts.order_by("-at")[:MOST_SHOWN]
    return [Removed(row["act"], row["number"], row["by"], row["at"]) for row in found]


def forget(now: datetime) -> int:
    """Delete what can no longer be undone and return how many parts there were."""
    gone = Removal.objects.filter(removed_at__lte=now - KEPT)
    # Row by row by key, since a part may hold megabytes and none of them is to be read.
    return sum(Removal.objects.filter(pk=key).delete()[0] for key in list(gone.values_list("pk", flat=True)))


def _take_out(keys: Sequence[int], part: Removal) -> None:
    rows = TrustedCertificate.objects.filter(pk__in=keys)
    held = rows.select_related("revocation").defer("search_text").order_by("pk")
    part.rows = [_kept(certificate) for certificate in held]
    part.count = len(part.rows)
    part.save(force_insert=True)
    rows.delete()


def _kept(certificate: TrustedCertificate) -> dict[str, Any]:
    chosen = getattr(certificate, "revocation", None)
    return {
        "certificate": _columns(certificate),
        "revocation": _columns(chosen) if isinstance(chosen, RevocationSettings) else None,
    }


def _columns(row: models.Model) -> dict[str, Any]:
    stored = (field.attname for field in row._meta.concrete_fields if field.attname != "search_text")
    return {name: _plain(getattr(row, name)) for name in stored}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, datetime) else value
