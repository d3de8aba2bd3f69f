"""What sign-in leaves behind and nobody needs any more: ended sessions and counters of wrong passwords."""

from datetime import datetime, timedelta

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from console import ratelimit

PERIOD_SECONDS = 6 * 3600
_KEEP_WINDOWS = timedelta(days=2)


def forget_what_is_over(now: datetime) -> int:
    """Delete ended sessions, counters that no longer shut a door, and old rate windows; return how many."""
    sessions = Session.objects.filter(expire_date__lt=now).delete()[0]
    attempts = AccessAttempt.objects.filter(attempt_time__lt=now - get_cool_off()).delete()[0]
    return int(sessions) + int(attempts) + ratelimit.forget_before(now - _KEEP_WINDOWS)
