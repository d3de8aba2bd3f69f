"""Claiming: a process takes due mails for the length of a lease, in one short transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q

from deployment.personas import Persona
from notifications.mail.states import Event, State
from notifications.models.outbox import OutgoingMail

FAIR_SHARE: Final = 5
_COLUMNS: Final = (
    "id",
    "lease_token",
    "category",
    "attempts",
    "crashes",
    "unanswered",
    "created_at",
    "message_id",
    "reference",
    "recipient",
    "envelope_from",
    "from_header",
    "text__digest",
    "values_sealed",
    "secrets_sealed",
)


@dataclass(frozen=True)
class Claim:
    """One mail in the hands of this process; `token` must still be the row's when the result is written."""

    id: UUID
    token: int
    category: str
    attempts: int
    crashes: int
    unanswered: int
    created_at: datetime
    message_id: str
    reference: str
    recipient: str
    envelope_from: str
    from_header: str
    text_digest: str
    values_sealed: str
    secrets_sealed: str


@dataclass(frozen=True)
class Lease:
    """Who claims, and for how long."""

    owner: str
    node: str
    seconds: int


def claim(persona: Persona, *, lease: Lease, limit: int, taken: int, now: datetime) -> list[Claim]:
    """Take up to `limit` due mails, the urgent ones first; each counts as an attempt from now on.

    `taken` is how many the caller has taken before: every fifth place is for the oldest mail that is not
    most urgent, so that a flood of credentials cannot starve an alarm.
    """
    places = range(taken, taken + limit)
    for_others = sum(1 for place in places if place % FAIR_SHARE == FAIR_SHARE - 1)
    with transaction.atomic():
        ids = _take(persona, lease, now, limit=for_others, is_fair=True) if for_others else []
        ids += _take(persona, lease, now, limit=limit - len(ids), is_fair=False)
        if not ids:
            return []
        rows = OutgoingMail.objects.filter(pk__in=ids).order_by("priority", "due_at", "id")
        return [Claim(*row) for row in rows.values_list(*_COLUMNS)]


def renew(claims: list[Claim], *, lease: Lease, now: datetime) -> None:
    """Prolong the lease of mails that this process still holds; what it lost stays lost."""
    held = Q()
    for item in claims:
        held |= Q(pk=item.id, lease_token=item.token)
    OutgoingMail.objects.filter(held, state=State.SENDING, lease_owner=lease.owner).update(
        lease_until=now + timedelta(seconds=lease.seconds)
    )


def give_back(claims: list[Claim]) -> None:
    """Let go of mails that were not tried, as if they had not been claimed."""
    for item in claims:
        OutgoingMail.objects.filter(pk=item.id, lease_token=item.token).move(
            Event.GIVE_BACK, attempts=F("attempts") - 1
        )


def _take(persona: Persona, lease: Lease, now: datetime, *, limit: int, is_fair: bool) -> list[UUID]:
    if limit <= 0:
        return []
    due = OutgoingMail.objects.due(now).filter(persona=persona.value)
    if is_fair:
        due = due.filter(priority__gt=0).order_by("due_at", "id")
    else:
        due = due.order_by("priority", "due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    ids = list(due.values_list("pk", flat=True)[:limit])
    OutgoingMail.objects.filter(pk__in=ids).move(
        Event.CLAIM,
        attempts=F("attempts") + 1,
        lease_token=F("lease_token") + 1,
        lease_owner=lease.owner,
        lease_until=now + timedelta(seconds=lease.seconds),
        node=lease.node,
    )
    return ids
