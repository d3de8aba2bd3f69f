"""One supervised process: started in a group of its own, ended with it, brought back after a pause."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from sandbox.logfile import open_log
from sandbox.plan import Program

PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before a restart; the first crash costs nothing, a process that crashes in a row waits longer."""

STEADY_SECONDS = 20.0
"""A process that has run this long is no longer counted as crashing in a row."""

REFUSALS_ALLOWED = 3
"""A program that ends itself this often before it was ever steady will not start at all."""

_PR_SET_PDEATHSIG = 1


class Child:
    """One program and the process that runs it now."""

    def __init__(self, program: Program, *, environment: dict[str, str], log_folder: Path) -> None:
        self.program = program
        self.log = log_folder / f"{program.name}.log"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._due_at = 0.0
        self._crashes = 0
        self._refusals = 0
        self._was_steady = False

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def is_due(self) -> bool:
        """Say whether the program should be started now."""
        return self._process is None and time.monotonic() >= self._due_at

    def start(self) -> None:
        """Start the program with its output appended to its log."""
        parent = os.getpid()
        with open_log(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603
                self.program.command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: _tie_to(parent),  # noqa: PLW1509  (the supervisor has one thread)
            )
        self._started_at = time.monotonic()

    def reap(self) -> int | None:
        """Return the exit status when the process has ended since the last look, else None.

        What is left of its group is killed first, so that the next process never meets the old one's.
        """
        if self._process is None:
            return None
        status = self._process.poll()
        if status is None:
            return None
        self._signal_group(signal.SIGKILL)
        self._process = None
        if time.monotonic() - self._started_at > STEADY_SECONDS:
            self._crashes = 0
            self._was_steady = True
        self._due_at = time.monotonic() + PAUSES_SECONDS[min(self._crashes, len(PAUSES_SECONDS) - 1)]
        self._crashes += 1
        self._refusals += status > 0
        return status

    def does_not_start(self) -> bool:
        """Say whether the program has ended itself each time so far; being killed does not count."""
        return self._refusals >= REFUSALS_ALLOWED and not self._was_steady

    def ask_to_end(self) -> None:
        """Send the program's own stop signal to its group."""
        self._signal_group(signal.Signals[self.program.stop_signal])

    def kill(self) -> None:
        """End the whole group at once."""
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: int) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def _tie_to(parent: int) -> None:
    """Runs in the new process before its program: end when the supervisor ends, however that happens."""
    # A shell that starts us in the background has SIGINT ignored, and that would be inherited.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
