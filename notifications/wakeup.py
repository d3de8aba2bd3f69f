"""Each node's watch over due mail: wake the workers, and send without them while the broker is gone."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from deployment.personas import Persona, this_node
from notifications import nudge
from notifications.delivery import drain, may_send
from notifications.line import is_relay_left_alone
from notifications.models.outbox import OutgoingMail

log = logging.getLogger(__name__)

BROKER_GONE_SECONDS: Final = 30.0
STUCK_FOR: Final = timedelta(seconds=20)
# The daemon has other work to do in the same round.
_INLINE_SECONDS: Final = 5.0


@dataclass
class Watch:
    """Remembers the oldest due mail of each persona, to see whether somebody works on the queue."""

    _oldest: dict[Persona, tuple[UUID, datetime]] = field(default_factory=dict)

    def is_stuck(self, persona: Persona, oldest: UUID, *, now: datetime) -> bool:
        """Say whether the same mail has been the oldest due one for 20 seconds."""
        known, since = self._oldest.get(persona, (None, now))
        if known != oldest:
            self._oldest[persona] = (oldest, now)
            return False
        return now - since >= STUCK_FOR

    def forget(self, persona: Persona) -> None:
        """Nothing is due, or nothing may be sent."""
        self._oldest.pop(persona, None)


_watch = Watch()


def wake(now: datetime) -> None:
    """Wake the workers of each persona of this node that has due mail.

    Where the broker has taken nothing for 30 seconds, or nobody has touched the oldest due mail for 20, the
    mail is sent here and now.
    """
    for persona in this_node().personas:
        oldest = _oldest_due(persona, now)
        if oldest is None or not may_send(persona, now=now) or is_relay_left_alone(now=now):
            _watch.forget(persona)
            continue
        is_stuck = _watch.is_stuck(persona, oldest, now=now)
        nudge.nudge(persona)
        if is_stuck or nudge.breaker.seconds_gone() >= BROKER_GONE_SECONDS:
            log.warning("No worker sends the mail of %s; the daemon does", persona.label)
            drain(persona=persona, clock=timezone.now, seconds=_INLINE_SECONDS)


def _oldest_due(persona: Persona, now: datetime) -> UUID | None:
    due = OutgoingMail.objects.due(now).filter(persona=persona.value).order_by("due_at", "id")
    return due.values_list("pk", flat=True).first()
