"""The figures and the checks of the outbox that the dashboard shows."""

from datetime import timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications import outbox, relay_health
from notifications.mail.states import State
from notifications.models.outbox import OutgoingMail

_OVERDUE_AFTER: Final = timedelta(minutes=2)


def waiting() -> str:
    """Return how many mails wait or are being sent."""
    counts = outbox.counts()
    return str(counts[State.QUEUED] + counts[State.SENDING])


def accepted_today() -> str:
    """Return how many mails the relay has taken since midnight in the server's time zone."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return str(outbox.count_accepted_since(midnight))


def not_sent() -> str:
    """Return how many mails need an administrator: dead, or without an answer."""
    counts = outbox.counts()
    return str(counts[State.DEAD] + counts[State.AMBIGUOUS])


def check_relay() -> str | None:
    """Say which nodes cannot reach the relay, None when all can."""
    nodes = [health.node for health in relay_health.open_faults()]
    if not nodes:
        return None
    return _("Mail waits: the mail server cannot be reached from %(nodes)s.") % {"nodes": ", ".join(nodes)}


def check_outbox() -> str | None:
    """Say how many mails nobody has taken up for two minutes, None when none or the relay is down."""
    if check_relay() is not None:
        return None
    late = OutgoingMail.objects.due(timezone.now() - _OVERDUE_AFTER).count()
    if not late:
        return None
    return ngettext(
        "%(number)d mail has been due for more than two minutes; no worker has taken it up.",
        "%(number)d mails have been due for more than two minutes; no worker has taken them up.",
        late,
    ) % {"number": late}
