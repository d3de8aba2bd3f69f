"""The audit: one row for each change, in the change's own transaction, chained so that tampering shows."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from console import secrets
from console.models import AuditEvent, AuditHead

_FIRST = "0" * 64
_TARGET_CHARS = 200


def record(
    *,
    actor: str,
    action: str,
    target: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
    address: str = "",
) -> AuditEvent:
    """Write down who changed what, inside the caller's transaction; never pass a secret.

    `before` and `after` hold the fields that changed, as JSON can carry them; a long target is cut. When
    this row cannot be written the change does not happen either. Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit row belongs into the transaction of the change it records.")
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"last_hash": _FIRST})
    event = AuditEvent(
        at=now,
        actor=actor,
        address=address,
        action=action,
        target=target[:_TARGET_CHARS],
        before=_plain(before),
        after=_plain(after),
        previous_hash=head.last_hash,
        key_id=secrets.ring().ids[0],
    )
    event.hash = _hash(event)
    event.save(force_insert=True)
    head.last_hash = event.hash
    head.save(update_fields=["last_hash"])
    return event


def key_ids() -> set[str]:
    """Return the ids of the keys that the chain is signed with; a node needs all of them to check it."""
    return set(AuditEvent.objects.order_by().values_list("key_id", flat=True).distinct())


def first_break() -> AuditEvent | None:
    """Return the first row whose place in the chain does not hold, or None when every row's does.

    A row that was changed, taken out or moved breaks the chain at that row or at the next one; rows cut
    off at the end show at the last one left, because the head remembers the last hash. Raises KeyMissing.
    """
    expected = _FIRST
    last = None
    for event in AuditEvent.objects.order_by("pk").iterator(chunk_size=2000):
        if event.previous_hash != expected or not hmac.compare_digest(event.hash, _hash(event)):
            return event
        expected, last = event.hash, event
    return last if expected != _remembered_end() else None


def is_whole() -> bool:
    """Say whether every row is there and unchanged, also when all of them were taken out."""
    return first_break() is None and (AuditEvent.objects.exists() or _remembered_end() == _FIRST)


def _remembered_end() -> str:
    return AuditHead.objects.filter(pk=1).values_list("last_hash", flat=True).first() or _FIRST


def _hash(event: AuditEvent) -> str:
    fields = {
        "previous": event.previous_hash,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "address": event.address,
        "action": event.action,
        "target": event.target,
        "before": event.before,
        "after": event.after,
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(b"audit chain" + secrets.ring().key(event.key_id)).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _plain(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the fields as JSON reads them back, so that a row hashes alike before and after it is stored."""
    if fields is None:
        return None
    plain: dict[str, Any] = json.loads(json.dumps(dict(fields), default=str))
    return plain
