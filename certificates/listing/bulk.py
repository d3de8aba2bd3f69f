"""Changes the status of many trusted certificates at once, in one transaction with one row of audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from certificates.listing.selection import Selection, portions, seal_of
from certificates.models import Status, StoreVersion, TrustedCertificate
from console import audit

FINGERPRINTS_AUDITED: Final = 200


class SelectionChanged(Exception):
    """The rows are not those that were confirmed; nothing was changed."""


@dataclass(frozen=True)
class Order:
    """Who wants something done to which rows; `seal` stands for exactly those that were confirmed."""

    selection: Selection
    seal: str
    actor: str
    now: datetime
    address: str = ""


def set_status(order: Order, status: Status) -> int:
    """Enable or disable everything that is selected and return how many rows were not so already.

    Raises SelectionChanged when the selection is no longer the confirmed one.
    """
    with transaction.atomic():
        keys = sealed_keys(order)
        other = TrustedCertificate.objects.exclude(status=status)
        changed = [
            key
            for part in portions(keys)
            for key in other.filter(pk__in=part).select_for_update().values_list("pk", flat=True)
        ]
        if not changed:
            return 0
        for part in portions(changed):
            TrustedCertificate.objects.filter(pk__in=part).update(status=status)
        StoreVersion.bump()
        audit.record(
            actor=order.actor,
            action="certificate.enable_many" if status == Status.ENABLED else "certificate.disable_many",
            target=target_of(len(changed)),
            after={"status": status.value, **audited(changed)},
            now=order.now,
            address=order.address,
        )
    return len(changed)


def sealed_keys(order: Order) -> list[int]:
    """Return the keys of a selection that is still the confirmed one; raises SelectionChanged."""
    keys = order.selection.keys(now=order.now)
    if not keys or seal_of(keys) != order.seal:
        raise SelectionChanged
    return keys


def target_of(count: int) -> str:
    """What an act on many rows is recorded as having changed."""
    return "1 certificate" if count == 1 else f"{count} certificates"


def audited(keys: Sequence[int]) -> dict[str, Any]:
    """How many rows an act changed and which: the fingerprints of the first ones stand for a long list."""
    first = TrustedCertificate.objects.filter(pk__in=keys[:FINGERPRINTS_AUDITED]).order_by("pk")
    return {"count": len(keys), "sha256": list(first.values_list("sha256", flat=True))}
