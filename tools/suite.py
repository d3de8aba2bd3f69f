"""The test suite as `./run test` runs it: once on SQLite, and what uses the database on PostgreSQL too.

Two halves of about the same length run at the same time, each with a broker of its own: the suite on SQLite
without the browser tests, and beside it the browser tests and the pass on PostgreSQL.
With arguments, one pytest call with exactly these, on the database that DATABASE_URL names (default: SQLite).
ISE_MAIL_NEED_BROWSER=1 makes browser tests that were skipped a failure.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
DATABASE_TESTS = ("tests/integration", "tests/functional")
DATABASE_PLUGIN = "tests.support.database_only"
DATABASE_MARKS = "not browser and not slow"
BROWSER_TESTS = "tests/browser"
OTHER_HALF = "--other-half"


@dataclass(frozen=True)
class Counts:
    """How many browser tests ran and how many were skipped."""

    ran: int
    skipped: int


def main(arguments: Sequence[str]) -> int:
    """Run the suite and return the exit code."""
    from tests.support.broker import running_broker

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end with the suite
    with running_broker() as broker:
        environment = {**os.environ, "REDIS_URL": broker.url}
        # Programs that compile nothing anew start sooner, and the suite starts hundreds.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if list(arguments) == [OTHER_HALF]:
            return max(_browser(environment), _on_postgres(environment))
        if arguments:
            return _pytest(arguments, environment)
        with _beside([sys.executable, "-m", "tools.suite", OTHER_HALF]) as other:
            codes = [_on_sqlite(environment), other.wait()]
    return max(codes)


@contextmanager
def _beside(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command at the same time, print what it said when it has ended, and never leave it behind."""
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)  # noqa: S603
        try:
            yield running
        finally:
            running.terminate()
            running.wait()
            said.seek(0)
            sys.stdout.write(said.read().decode(errors="replace"))
            sys.stdout.flush()


def browser_counts(report: Path) -> Counts:
    """Read from a JUnit report how the browser tests fared."""
    cases = [
        case
        for case in ElementTree.parse(report).iter("testcase")  # noqa: S314  (pytest's own report)
        if case.get("classname", "").startswith("tests.browser")
    ]
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return Counts(ran=len(cases) - skipped, skipped=skipped)


def _on_sqlite(environment: Mapping[str, str]) -> int:
    _say("The suite without the browser tests, on SQLite and an embedded Valkey")
    return _pytest(["tests", f"--ignore={BROWSER_TESTS}"], _without_database(environment))


def _browser(environment: Mapping[str, str]) -> int:
    _say("The browser tests on SQLite and an embedded Valkey")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = _pytest([BROWSER_TESTS, f"--junitxml={report}"], _without_database(environment))
        counts = browser_counts(report) if report.exists() else Counts(0, 0)
    if counts.ran and not counts.skipped:
        _say(f"Browser tests: {counts.ran} ran")
        return code
    _say(
        f"Browser tests: {counts.ran} ran, {counts.skipped} were SKIPPED, since no Chromium was found "
        "(Debian: apt install chromium; or: .venv/bin/playwright install chromium)"
    )
    return max(code, 1) if os.environ.get("ISE_MAIL_NEED_BROWSER") == "1" else code


def _without_database(environment: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in environment.items() if name != "DATABASE_URL"}


def _on_postgres(environment: Mapping[str, str]) -> int:
    from tests.support.postgres import running_postgres

    with running_postgres() as url:
        _say("The tests that use the database, on PostgreSQL")
        chosen = [*DATABASE_TESTS, "-p", DATABASE_PLUGIN, "-m", DATABASE_MARKS]
        return _pytest(chosen, {**environment, "DATABASE_URL": url})


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=dict(environment), check=False
    ).returncode


def _say(text: str) -> None:
    sys.stdout.write(f"\n== {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
