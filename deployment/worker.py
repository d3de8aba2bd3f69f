"""The worker of this node: a Celery worker on the node's queues, and a canary that shows it takes tasks."""

import logging
import threading
import time
from typing import Any

from celery import current_app
from celery.worker import state
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from deployment import heartbeat
from deployment.personas import Persona, node_queue, persona_queue, this_node
from deployment.tasks import canary

log = logging.getLogger(__name__)

CANARY_SECONDS = 2
# A worker that takes nothing must not find thousands of canaries when it wakes.
_PATIENT_SECONDS = 10
_PATIENT_AFTER_SECONDS = 60
_QUIET_LOGGERS = ("celery.worker.strategy", "celery.app.trace")


def run_worker(*, hostname: str, personas: tuple[Persona, ...], concurrency: int) -> int:
    """Consume the node's own queue and its personas' queues until a signal; return the exit code.

    The worker is this process: tasks run in its threads, a first SIGTERM lets those that run end.
    """
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).addFilter(is_not_about_the_canary)
    queues = [node_queue(hostname), *(persona_queue(persona) for persona in personas)]
    worker = current_app.Worker(
        hostname=hostname,
        pool="threads",
        concurrency=concurrency,
        queues=queues,
        without_gossip=True,
        without_mingle=True,
        quiet=True,
        loglevel="INFO",
    )
    proof = Canary(hostname=hostname, concurrency=concurrency)
    proof.start()
    try:
        worker.start()
    finally:
        proof.stop()
    return int(worker.exitcode or 0)


class Canary:
    """Sends a task to the node's own queue every two seconds; the worker stamps the node by running it.

    A ping would be answered by a worker that consumes nothing, so only a task that went through the broker
    counts. A worker whose threads are all busy takes no canary and is stamped from here.
    """

    def __init__(self, *, hostname: str, concurrency: int) -> None:
        self._queue = node_queue(hostname)
        self._concurrency = concurrency
        self._stop = threading.Event()
        self._is_heard = False
        self._is_broker_there = True
        self._thread = threading.Thread(target=self._run, name="canary", daemon=True)
        self._began = time.monotonic()

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more."""
        self._stop.set()

    def beat(self) -> None:
        """Send one canary, or write down that the broker does not take it."""
        try:
            is_sent = self._send()
            heartbeat.stamp_broker(is_reachable=is_sent)
            if is_sent and len(state.active_requests) >= self._concurrency:
                heartbeat.stamp_worker(timezone.now())
            self._is_heard = this_node().is_listening(timezone.now())
        except Error:
            log.exception("The database did not take the worker's heartbeat.")

    def _send(self) -> bool:
        try:
            canary.apply_async(queue=self._queue, retry=False)
        except OperationalError as error:
            if self._is_broker_there:
                log.warning("The broker does not answer: %s", error)
            self._is_broker_there = False
            return False
        self._is_broker_there = True
        return True

    def _pause_seconds(self) -> int:
        is_new = time.monotonic() - self._began < _PATIENT_AFTER_SECONDS
        return CANARY_SECONDS if is_new or self._is_heard else _PATIENT_SECONDS

    def _run(self) -> None:
        while not self._stop.is_set():
            close_old_connections()
            self.beat()
            self._stop.wait(self._pause_seconds())
        connection.close()


def is_not_about_the_canary(record: logging.LogRecord) -> bool:
    """Filter for Celery's loggers, which would write three lines for every canary."""
    data: Any = getattr(record, "data", None)
    return not (isinstance(data, dict) and data.get("name") == canary.name)
