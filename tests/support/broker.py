"""A real Valkey for tests: on a unix socket of its own, with nothing on disk, gone when the test is over."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox import broker

START_SECONDS = 5.0


class RunningBroker:
    """One Valkey server process; it can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as Celery spells it, for REDIS_URL."""
        return broker.url(self.socket)

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server, empty, and wait until it listens."""
        self.socket.unlink(missing_ok=True)
        command = broker.program(self.socket).command
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self.socket.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the broker did not start")
            time.sleep(0.01)

    def kill(self) -> None:
        """End the server as a power cut would: what it held is lost."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def running_broker() -> Iterator[RunningBroker]:
    """Run a broker for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="broker-"))
    server = RunningBroker(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
