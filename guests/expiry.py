"""The end of guest accounts: the notice before it, and the state after it."""

import logging
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from console import audit
from guests import letters
from guests.lifecycle import State, is_notice_due
from guests.models import GuestAccount, GuestType
from notifications import categories, outbox

log = logging.getLogger(__name__)
ACTOR = "system"
_PREFIX = "guest-expiry"


def post_expiry_notices(now: datetime) -> int:
    """Post a notice to each guest whose account ends soon; return how many were posted.

    How soon is the guest type's matter. A guest is told once for each end and each advance, so that an
    extended account is told again and a second run tells nobody.
    """
    posted = 0
    for guest_type in GuestType.objects.filter(has_expiry_notice=True):
        for account_id in _unwarned(guest_type, now):
            try:
                posted += _warn(account_id, now=now)
            except outbox.GuestMailDisabled:
                return posted
    return posted


def mark_expired(now: datetime) -> int:
    """Set the accounts whose time is over to EXPIRED; return how many."""
    expired = 0
    for account in GuestAccount.objects.ended(now).iterator(chunk_size=500):
        with transaction.atomic():
            moved = GuestAccount.objects.filter(
                pk=account.pk, state=account.state, ends_at=account.ends_at
            ).update(state=State.EXPIRED, sealed_password="", password_held_until=None)
            if moved:
                audit.record(
                    actor=ACTOR,
                    action="guest.expire",
                    target=account.reference,
                    before={"state": account.state},
                    after={"state": State.EXPIRED.value},
                    now=now,
                )
        expired += moved
    return expired


def is_still_wanted(reference: str) -> bool:
    """Say whether the notice `guest-expiry:<id>:<end>` still tells the truth: asked just before sending.

    It does not when the account is gone, ends at another time, or may not be sent mail any more.
    """
    account_id, _, stamp = reference.removeprefix(f"{_PREFIX}:").partition(":")
    account = GuestAccount.objects.notifiable().select_related("guest_type").filter(pk=account_id).first()
    if account is None or _stamp(account.ends_at) != stamp:
        return False
    return is_notice_due(ends_at=account.ends_at, advance=account.guest_type.notice, now=timezone.now())


def _unwarned(guest_type: GuestType, now: datetime) -> list[UUID]:
    accounts = GuestAccount.objects.unwarned(guest_type, now).exclude(email="")
    return list(accounts.order_by("ends_at").values_list("pk", flat=True))


def _warn(account_id: UUID, *, now: datetime) -> int:
    """Post one notice and remember it, both or neither; return 1 when a mail was made."""
    with transaction.atomic():
        locked = GuestAccount.objects.select_for_update(of=("self",)).select_related("guest_type")
        account = locked.get(pk=account_id)
        minutes = int(account.guest_type.notice.delta.total_seconds() // 60)
        account.warned_end_at, account.warned_minutes = account.ends_at, minutes
        account.save(update_fields=["warned_end_at", "warned_minutes"])
        try:
            with transaction.atomic():
                return int(_post(account, minutes, now=now))
        except outbox.AddressRefused:
            # Without this the same unusable address would be tried again in every round.
            log.warning("%s has an address no mail can be sent to", account.reference)
            return 0


def _post(account: GuestAccount, minutes: int, *, now: datetime) -> bool:
    category = categories.GUEST_EXPIRY
    stamp = _stamp(account.ends_at)
    mail = outbox.post(
        category=category,
        to=account.email,
        values=letters.values_of(account, category=category, now=now),
        language=account.language,
        reference=f"{_PREFIX}:{account.pk}:{stamp}",
        dedupe_key=f"{category}:{account.pk}:{stamp}:{minutes}",
        now=now,
        not_after=account.ends_at,
    )
    return mail.created


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
