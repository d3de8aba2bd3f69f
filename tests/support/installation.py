"""A whole installation for tests: a data folder and a database of its own, and real processes on them."""

import atexit
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.postgres import own_database, rows_of

ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """Runs management commands as their own processes against one data folder.

    Its database is a file in that folder, or a PostgreSQL one where `database_url` names it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        broker_url: str = "redis://127.0.0.1:1/0",
        database_url: str | None = None,
    ) -> None:
        self.folder = folder
        self.database = folder / "ise-mail.sqlite3"
        self.database_url = database_url
        self._broker_url = broker_url
        self._processes: list[subprocess.Popen[str]] = []

    def surroundings(self, *, node: str = "ise3-1", **more: str) -> dict[str, str]:
        """Return the environment of one of the installation's processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ISE_MAIL_")}
        return {
            **kept,
            "ISE_MAIL_DATA": str(self.folder),
            "DATABASE_URL": self.database_url or f"sqlite:///{self.database}",
            "REDIS_URL": self._broker_url,
            "ISE_MAIL_NODE": node,
            **more,
        }

    def manage(self, *words: str, node: str = "ise3-1", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self._command(*words),
            env=self.surroundings(node=node, **more),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def spawn(self, *words: str, node: str = "ise3-1", **more: str) -> subprocess.Popen[str]:
        """Start a command and let it run; it is killed when the installation is done with."""
        log = (self.folder / f"{node}-{words[0]}.log").open("a")
        process = subprocess.Popen(
            self._command(*words),
            env=self.surroundings(node=node, **more),
            cwd=ROOT,
            stdout=log,
            stderr=log,
            text=True,
        )
        log.close()
        self._processes.append(process)
        return process

    def freeze(self, process: subprocess.Popen[str]) -> None:
        """Stop a process, but not in the middle of a write, which would keep all others from the file."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=20, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)

    def log_of(self, command: str, *, node: str = "ise3-1") -> str:
        """Return what the command's processes wrote."""
        return (self.folder / f"{node}-{command}.log").read_text()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what the database answers to a query."""
        if self.database_url:
            return rows_of(self.database_url, query)
        connection = sqlite3.connect(self.database, timeout=20)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def value(self, query: str) -> Any:
        """Return the first field of the first row, None when there is no row."""
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def end(self) -> None:
        """Kill what still runs."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()

    @staticmethod
    def _command(*words: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *words]


@contextmanager
def installed(folder: Path, *, broker_url: str = "redis://127.0.0.1:1/0") -> Iterator[Installation]:
    """Yield an installation with its tables made, on the kind of database that DATABASE_URL names."""
    model = _model()
    shutil.copytree(model.folder, folder, dirs_exist_ok=True)
    with own_database(like=model.database_url) as database_url:
        installation = Installation(folder, broker_url=broker_url, database_url=database_url)
        try:
            yield installation
        finally:
            installation.end()


@cache
def _model() -> Installation:
    """The installation that others are copies of, so that the tables are made once and not for each test."""
    ends = ExitStack()
    atexit.register(ends.close)
    folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="model-")))
    model = Installation(folder, database_url=ends.enter_context(own_database()))
    done = model.manage("migrate", "-v0")
    assert done.returncode == 0, done.stderr
    return model


def eventually(condition: Callable[[], Any], *, within_seconds: float = 30, what: str) -> Any:
    """Return the condition's first true answer; fail with `what` when it does not come in time."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {within_seconds} s: {what}")
