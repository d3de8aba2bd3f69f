"""Waking the workers of a persona, without ever making the caller wait long for a broker that is gone."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deployment.broker import BrokerGone, publish
from deployment.personas import Persona, persona_queue

log = logging.getLogger(__name__)

DRAIN_TASK = "notifications.drain"
PAUSE_SECONDS = 30.0


@dataclass
class BrokerBreaker:
    """Remembers that the broker did not answer; it is then asked again once in PAUSE_SECONDS only."""

    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _gone_since: float | None = None
    _ask_at: float = 0.0

    def may_ask(self) -> bool:
        """Whether to try now; says yes to one caller in each pause while the broker is gone."""
        with self._lock:
            if self._gone_since is None:
                return True
            if self.clock() < self._ask_at:
                return False
            self._ask_at = self.clock() + PAUSE_SECONDS
            return True

    def answered(self) -> None:
        """The broker took a message."""
        with self._lock:
            self._gone_since = None

    def failed(self) -> None:
        """The broker took nothing."""
        with self._lock:
            self._gone_since = self.clock() if self._gone_since is None else self._gone_since
            self._ask_at = self.clock() + PAUSE_SECONDS

    def seconds_gone(self) -> float:
        """For how long nothing has been taken, 0 when the last try went well."""
        with self._lock:
            return 0.0 if self._gone_since is None else self.clock() - self._gone_since


breaker = BrokerBreaker()


def nudge(persona: Persona) -> bool:
    """Ask the workers of a persona to look at the outbox; return whether the broker took the message.

    Never raises on a broker that fails: the mail is committed, and each node's daemon looks again in seconds.
    """
    if not breaker.may_ask():
        return False
    try:
        _publish(persona)
    except BrokerGone as error:
        log.warning("The broker took no message (%s); mail goes on without it", error)
        breaker.failed()
        return False
    breaker.answered()
    return True


def _publish(persona: Persona) -> None:
    publish(DRAIN_TASK, persona.value, queue=persona_queue(persona))
