"""When a mail is tried again, and how long a relay that fails is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

AMBIGUOUS_PAUSE: Final = timedelta(seconds=60)
MAX_CRASHES: Final = 3
BREAKER_THRESHOLD: Final = 3
# Before the breaker opens a hiccup is retried soon; a dead relay then costs one try in up to five minutes.
_PAUSES: Final = (2, 8, 30, 60, 120, 240, 300)


@dataclass(frozen=True)
class RetryPolicy:
    """How often a mail is tried, and for how long it is of use.

    With `repeats_unanswered`, a mail whose acceptance stayed unknown is sent once more: it is then delivered
    at least once instead of at most once.
    """

    base_seconds: int
    cap_seconds: int
    max_attempts: int
    useful_for: timedelta
    repeats_unanswered: bool


URGENT: Final = RetryPolicy(15, 30 * 60, 60, timedelta(hours=24), True)
PATIENT: Final = RetryPolicy(5 * 60, 4 * 3600, 60, timedelta(days=5), False)


def delay_seconds(policy: RetryPolicy, attempts: int, *, random: Callable[[], float]) -> float:
    """Return the seconds until the next try after `attempts` failed ones: full jitter under a doubling cap.

    `random` returns a number from 0 to 1; jitter keeps a crowd of deferred mails from coming back together.
    """
    doubled = policy.base_seconds << min(max(0, attempts - 1), 20)
    return max(1.0, min(policy.cap_seconds, doubled) * random())


def is_spent(policy: RetryPolicy, attempts: int) -> bool:
    """Whether a mail has used up its attempts."""
    return attempts >= policy.max_attempts


def pause_seconds(failures: int) -> int:
    """Return how long a relay is left alone after so many sessions in a row could not be opened."""
    return _PAUSES[min(max(failures, 1), len(_PAUSES)) - 1]
