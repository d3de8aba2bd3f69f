"""An installation under measurement: started on a folder of its own, weighed, and stopped."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
_URL = re.compile(r"Open +(http://\S+/)")


class NotStarted(Exception):
    """The installation did not come up; the text is what it said."""


@dataclass(frozen=True)
class Memory:
    """Memory of all processes in megabytes; shared pages count once in `own` and each time in `resident`."""

    resident: float
    own: float | None
    processes: int


class Started:
    """One running installation."""

    def __init__(self, command: list[str], *, folder: Path, data: Path) -> None:
        """Start it and wait for its box; raises NotStarted."""
        self.data = data
        self._output = data.with_suffix(".out")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ISE_MAIL_")}
        kept.pop("REDIS_URL", None)
        kept.pop("DATABASE_URL", None)
        self.environment = {**kept, "ISE_MAIL_DATA": str(data), "ISE_MAIL_SANDBOX": "1"}
        began = time.monotonic()
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd=folder, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )
        self.url = self._wait(began)
        self.seconds = time.monotonic() - began

    def stop(self) -> float:
        """End it and return how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - began

    def manage(self, *words: str) -> None:
        """Run a management command on its data folder; raises NotStarted when that fails."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotStarted(
                f"manage.py {words[0]} ended with {done.returncode}: {done.stderr or done.stdout}"
            )

    def memory(self) -> Memory:
        """Add up the memory of the supervisor and everything below it."""
        table = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,rss="],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        rows = [tuple(map(int, line.split())) for line in table.splitlines()]
        family = {self.process.pid}
        for _ in range(4):
            family |= {pid for pid, parent, _rss in rows if parent in family}
        resident = sum(rss for pid, _parent, rss in rows if pid in family) / 1024
        return Memory(resident, _proportional(family), len(family))

    def _wait(self, began: float) -> str:
        while time.monotonic() - began < START_SECONDS and self.process.poll() is None:
            found = _URL.search(self._output.read_text(errors="replace"))
            if found:
                return found.group(1)
            time.sleep(0.02)
        self.process.kill()
        raise NotStarted(self._output.read_text(errors="replace"))


def _proportional(pids: set[int]) -> float | None:
    """Return the sum of proportional set sizes in megabytes, None where the system does not tell."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            return None
        total += int(re.findall(r"^Pss: +(\d+)", text, re.MULTILINE)[0])
    return total / 1024
