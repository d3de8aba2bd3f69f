"""Takes many trusted certificates out of the store, and keeps them for a day so that it can be undone."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Sum

from certificates.listing.bulk import Order, audited, sealed_keys, target_of
from certificates.listing.selection import portions
from certificates.models import Removal, RevocationSettings, StoreVersion, TrustedCertificate
from console import audit

KEPT: Final = timedelta(hours=24)
MOST_SHOWN: Final = 5
_KEPT_COLUMNS: Final = tuple(
    field.attname for field in TrustedCertificate._meta.concrete_fields if field.attname != "search_text"
)


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


def remove(order: Order) -> Removed:
    """Take everything out that is selected, so that `restoring.undo` can put it back within 24 hours.

    Raises SelectionChanged when the selection is no longer the confirmed one.
    """
    act = uuid.uuid4()
    with transaction.atomic():
        keys = sealed_keys(order)
        gone = audited(keys)
        for part in portions(keys):
            _take_out(part, Removal(act=act, removed_by=order.actor, removed_at=order.now))
        # Last, because other changes wait for the row that both of these lock.
        StoreVersion.bump()
        audit.record(
            actor=order.actor,
            action="certificate.delete_many",
            target=target_of(len(keys)),
            before={**gone, "removal": str(act)},
            now=order.now,
            address=order.address,
        )
    return Removed(act, len(keys), order.actor, order.now)


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
    chosen = {row["certificate_id"]: row for row in RevocationSettings.objects.filter(pk__in=keys).values()}
    part.rows = [
        {"certificate": _plain(row), "revocation": _plain(chosen[row["id"]]) if row["id"] in chosen else None}
        for row in rows.select_for_update().order_by("pk").values(*_KEPT_COLUMNS)
    ]
    part.count = len(part.rows)
    part.save(force_insert=True)
    rows.delete()


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _PLAIN.get(type(value), _as_it_is)(value) for name, value in row.items()}


def _base64(value: bytes | memoryview) -> str:
    return base64.b64encode(value).decode("ascii")


def _as_it_is(value: Any) -> Any:
    return value


_PLAIN: Final[Mapping[type, Callable[[Any], Any]]] = {
    bytes: _base64,
    memoryview: _base64,
    datetime: datetime.isoformat,
}
