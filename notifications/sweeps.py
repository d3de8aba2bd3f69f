"""What the node's daemon does for the outbox every few seconds, so that no mail stays where it is stuck."""

from datetime import datetime

from django.db.models import F

from notifications import categories
from notifications.mail.retry import MAX_CRASHES
from notifications.mail.states import Event, State
from notifications.models.outbox import OutgoingMail
from notifications.owner import is_surely_gone
from notifications.payload import SECRETS_HELD_FOR, VALUES_HELD_FOR
from notifications.results import Try, finish


def sweep(now: datetime) -> None:
    """Take back what dead processes held, end what is past its use, repeat what stayed unanswered, erase."""
    reclaim(now)
    expire(now)
    repeat_unanswered(now)
    erase(now)


def reclaim(now: datetime) -> int:
    """Put the mails of processes that are gone back into the queue; return how many.

    A process is gone when its lease has ended, or at once when it can be seen to have died on this node. A
    mail that was in the hands of three processes that died is dead: it may be what kills them.
    """
    gone = list(OutgoingMail.objects.lease_ended(now))
    owners = OutgoingMail.objects.filter(state=State.SENDING).values_list("lease_owner", flat=True).distinct()
    dead_owners = [owner for owner in owners if is_surely_gone(owner)]
    if dead_owners:
        gone += OutgoingMail.objects.filter(state=State.SENDING, lease_owner__in=dead_owners)
    return sum(_reclaimed(mail, now) for mail in gone)


def expire(now: datetime) -> int:
    """End the waiting mails that are of no use any more, with what stood in them; return how many."""
    return OutgoingMail.objects.past_use(now).move(Event.EXPIRE, values_sealed="", secrets_sealed="")


def repeat_unanswered(now: datetime) -> int:
    """Queue the mails whose acceptance stayed unknown once more, where their category wants that."""
    repeated = [row.name for row in categories.categories() if row.policy.repeats_unanswered]
    return OutgoingMail.objects.filter(
        state=State.AMBIGUOUS, category__in=repeated, unanswered=1, due_at__lte=now
    ).move(Event.TRY_AGAIN)


def erase(now: datetime) -> int:
    """Erase secrets after a day, and after a week what else stood in mails that did not go out."""
    settled = OutgoingMail.objects.exclude(state=State.SENDING)
    secrets = settled.holding_secrets().filter(created_at__lte=now - SECRETS_HELD_FOR)
    values = settled.exclude(values_sealed="").filter(
        state__in=[State.DEAD, State.AMBIGUOUS, State.CANCELLED], created_at__lte=now - VALUES_HELD_FOR
    )
    return secrets.update(secrets_sealed="") + values.update(values_sealed="", secrets_sealed="")


def _reclaimed(mail: OutgoingMail, now: datetime) -> bool:
    is_poison = mail.crashes + 1 >= MAX_CRASHES
    facts = Try(
        started_at=now,
        ended_at=now,
        milliseconds=0,
        node=mail.node,
        owner=mail.lease_owner,
        code="PROCESS_DIED",
    )
    return finish(
        mail.id,
        mail.lease_token,
        Event.POISON if is_poison else Event.LOSE_LEASE,
        facts,
        crashes=F("crashes") + 1,
        due_at=now,
        last_error="The process that was sending it ended.",
    )
