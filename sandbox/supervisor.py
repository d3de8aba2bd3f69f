"""Keeps the processes of one installation running; it loads neither Django nor Celery.

Run as `python -m sandbox.supervisor DESCRIPTOR`, which `manage.py up` does: the descriptor is where it
reads its plan from.
"""

import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TextIO

from sandbox import box, logfile, plan, readiness, socket_folder
from sandbox.child import Child

TICK_SECONDS = 0.1
GRACE_SECONDS = 5.0
"""From asking to end until the rest is killed; what a worker leaves unfinished, the outbox takes up again."""

BROKER_START_SECONDS = 5.0
TRIM_EVERY_SECONDS = 60.0
READY_SECONDS = 20.0


class Supervisor:
    """Starts the broker, then the programs; brings back what ends; ends all when asked to."""

    def __init__(self, work: plan.Plan) -> None:
        self._work = work
        log_folder = Path(work.data) / "log"
        self._broker = [self._child(work.broker, log_folder)] if work.broker else []
        self._programs = [self._child(program, log_folder) for program in work.programs]
        self._socket_folder: int | None = None
        self._stop_requests = 0
        self._is_ready = False
        self._started_at = time.monotonic()
        self._trimmed_at = time.monotonic()
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)

    def run(self) -> int:
        """Run until SIGINT, SIGTERM or SIGHUP and return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_stop_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
            signal.signal(signal.SIGHUP, self._on_stop_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        try:
            code = self._supervise()
        finally:
            self._end()
        return code

    def _supervise(self) -> int:
        try:
            self._take_socket_folder()
        except socket_folder.FolderRefused as error:
            _say(str(error))
            return 1
        if not self._start_broker():
            return self._give_up(self._broker[0])
        while not self._stop_requests:
            for child in (*self._broker, *self._programs):
                self._look_after(child)
                if child.does_not_start():
                    return self._give_up(child)
            if not self._is_ready:
                self._announce()
            self._trim_logs()
            self._sleep(TICK_SECONDS if not self._is_ready else self._pause_seconds())
        return 0

    def _take_socket_folder(self) -> None:
        """Clear what earlier starts left behind, and hold the folder of our own broker."""
        socket_folder.clear_stale()
        if self._work.broker:
            self._socket_folder = socket_folder.take(Path(self._work.broker_socket).parent)

    def _start_broker(self) -> bool:
        """Start the broker and wait until its socket is there, so that nobody meets a closed door."""
        for broker in self._broker:
            socket_file = Path(self._work.broker_socket)
            socket_file.unlink(missing_ok=True)
            broker.start()
            deadline = time.monotonic() + BROKER_START_SECONDS
            while not socket_file.exists():
                if broker.reap() is not None or time.monotonic() > deadline:
                    return False
                time.sleep(0.01)
        return True

    def _look_after(self, child: Child) -> None:
        status = child.reap()
        if status is not None:
            _say(f"{child.program.name} ended ({_reason(status)}) and is started again; see {child.log}")
        if child.is_due():
            child.start()

    def _announce(self) -> None:
        """Print the box as soon as all is ready, or after a while when at least the pages are up."""
        is_late = time.monotonic() - self._started_at > READY_SECONDS
        path = "/-/live" if is_late else "/-/ready"
        if readiness.answers(self._work.host, self._work.port, path=path):
            self._is_ready = True
            _write(sys.stdout, box.draw("ISE Mail", self._work.box, encoding=sys.stdout.encoding or ""))
            if is_late:
                _say(f"Not everything is ready yet; what is missing stands at {self._work.url}-/ready")

    def _give_up(self, child: Child) -> int:
        _say(f"{child.program.name} does not start; the last lines of {child.log}:")
        for line in logfile.last_lines(child.log, count=12):
            _say(f"  {line}")
        return 1

    def _end(self) -> None:
        """End the programs, then the broker that they talk to; nothing of either is left."""
        for children in (self._programs, self._broker):
            for child in children:
                child.ask_to_end()
            deadline = time.monotonic() + GRACE_SECONDS
            while any(child.pid for child in children):
                for child in children:
                    child.reap()
                if time.monotonic() > deadline or self._stop_requests > 1:
                    for child in children:
                        child.kill()
                self._sleep(0.05)
        self._remove_broker_files()
        _say("ISE Mail has stopped.")

    def _remove_broker_files(self) -> None:
        (Path(self._work.data) / "broker_url").unlink(missing_ok=True)
        if self._socket_folder is not None:
            socket_folder.leave(Path(self._work.broker_socket).parent, self._socket_folder)
            self._socket_folder = None

    def _trim_logs(self) -> None:
        if time.monotonic() - self._trimmed_at < TRIM_EVERY_SECONDS:
            return
        self._trimmed_at = time.monotonic()
        for child in (*self._broker, *self._programs):
            logfile.trim(child.log)

    def _pause_seconds(self) -> float:
        """Sleep long while everything runs: a signal ends the sleep at once."""
        is_waiting = any(child.pid is None for child in (*self._broker, *self._programs))
        return TICK_SECONDS if is_waiting else TRIM_EVERY_SECONDS

    def _sleep(self, seconds: float) -> None:
        select.select([self._wake_read], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._wake_read, 512)

    def _on_stop_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1

    def _child(self, program: plan.Program, log_folder: Path) -> Child:
        return Child(program, environment=self._work.environment, log_folder=log_folder)


def _reason(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit code {status}"


def _say(text: str) -> None:
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    """Write a line; a terminal that has gone away is no reason to stop."""
    with suppress(OSError, ValueError):
        stream.write(f"{text}\n")
        stream.flush()


def main() -> int:
    """Read the plan and run it."""
    with os.fdopen(int(sys.argv[1])) as source:
        work = plan.from_json(source.read())
    return Supervisor(work).run()


if __name__ == "__main__":
    sys.exit(main())
