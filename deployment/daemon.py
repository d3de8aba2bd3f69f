"""The node's daemon: a heartbeat that never waits for the work, and rounds of periodic work beside it."""

import logging
import threading
import time

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from console.secrets import SecretsError
from deployment import heartbeat, leases, scheduler
from deployment.personas import this_node

log = logging.getLogger(__name__)

LOOP_SECONDS = 5
# A round delivers mail when the broker is gone; a session of 300 s and its messages must fit.
_ROUND_IS_STUCK_AFTER_SECONDS = 900
_GRACE_SECONDS = 5


class Daemon:
    """Runs until it is told to stop; `stop` may be called from a signal handler."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._round_began: float | None = None

    def stop(self) -> None:
        """Have `run` return after the step it is in."""
        self._stop.set()

    def run(self) -> None:
        """Beat and work every five seconds until stopped; a round in progress gets five seconds to end."""
        log.info("The daemon of node %s beats every %s seconds.", settings.ISE_MAIL_NODE, LOOP_SECONDS)
        rounds = threading.Thread(target=self._run_rounds, name="rounds", daemon=True)
        self.beat()
        rounds.start()
        while not self._stop.wait(LOOP_SECONDS):
            close_old_connections()
            self.beat()
        rounds.join(_GRACE_SECONDS)

    def beat(self) -> None:
        """Stamp this node and keep its leases, unless its rounds are stuck and others should take over."""
        began = self._round_began
        if began is not None and time.monotonic() - began > _ROUND_IS_STUCK_AFTER_SECONDS:
            log.error("A round of periodic work does not end; this node gives no sign of life until it does.")
            return
        try:
            now = heartbeat.database_now()
            heartbeat.register_if_new(now)
            heartbeat.stamp_daemon(now)
            leases.keep_duties(this_node().personas, holder=settings.ISE_MAIL_NODE, now=now)
        except (Error, SecretsError):
            log.exception("This node's heartbeat was not written.")

    def work(self) -> None:
        """Run one round of passes and due jobs."""
        self._round_began = time.monotonic()
        try:
            scheduler.run_round(timezone.now())
        except Exception:
            # The thread must outlive whatever a round meets, or the node would beat and do nothing.
            log.exception("A round of periodic work failed.")
        finally:
            self._round_began = None

    def _run_rounds(self) -> None:
        while not self._stop.is_set():
            close_old_connections()
            self.work()
            self._stop.wait(LOOP_SECONDS)
        connection.close()
