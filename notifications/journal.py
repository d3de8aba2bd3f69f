"""What the outbox knows of its mails: how far each is, and how many are where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max

from notifications.mail.states import State
from notifications.models.outbox import OutgoingMail


class UnknownMail(Exception):
    """No mail has this id."""


@dataclass(frozen=True)
class MailState:
    """How far a mail is; `last_error` and `answer` are printable."""

    state: State
    last_error: str
    sent_at: datetime | None
    answer: str
    last_code: str
    attempts: int


def state_of(mail_id: UUID) -> MailState:
    """Return how far a mail is; raises UnknownMail."""
    mail = mail_row(mail_id)
    return MailState(
        state=State(mail.state),
        last_error=mail.last_error,
        sent_at=mail.sent_at,
        answer=mail.answer,
        last_code=mail.last_code,
        attempts=mail.attempts,
    )


def was_accepted(reference: str) -> bool:
    """Say whether the relay has taken a mail about this thing."""
    return OutgoingMail.objects.filter(reference=reference, state=State.SENT).exists()


def counts() -> dict[State, int]:
    """Return how many mails are in each state."""
    found = dict(OutgoingMail.objects.values_list("state").annotate(Count("pk")).order_by())
    return {state: found.get(state.value, 0) for state in State}


def count_accepted_since(moment: datetime) -> int:
    """Return how many mails the relay has taken since a moment."""
    return OutgoingMail.objects.filter(sent_at__gte=moment).count()


def last_accepted_at() -> datetime | None:
    """Return when the relay last took a mail, or None when it never did."""
    latest: datetime | None = OutgoingMail.objects.aggregate(latest=Max("sent_at"))["latest"]
    return latest


def has_accepted(category: str) -> bool:
    """Say whether the relay has ever taken a mail of this category."""
    return OutgoingMail.objects.filter(category=category, state=State.SENT).exists()


def mail_row(mail_id: UUID) -> OutgoingMail:
    """Return the row of a mail; raises UnknownMail."""
    try:
        return OutgoingMail.objects.get(pk=mail_id)
    except OutgoingMail.DoesNotExist:
        raise UnknownMail(str(mail_id)) from None
