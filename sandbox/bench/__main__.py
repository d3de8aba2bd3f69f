"""Prints what this machine does with an installation: starts, memory, mail, pages; it judges nothing.

python -m sandbox.bench [--guests N] [--no-cold] [--certificates N]
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sandbox.bench import notify, tables
from sandbox.bench.pages import Unexpected, Visitor
from sandbox.bench.started import ROOT, NotStarted, Started

LEFT_OUT = shutil.ignore_patterns(
    ".venv*", "var", ".git", "__pycache__", ".*_cache", ".hypothesis", "node_modules"
)
PAGES = (
    ("SMTP server page, first visit", "/admin/system/settings/proxy/smtp-server/", "150 KB"),
    ("Guest page, first visit", "/guest/", "10 KB in 4 requests"),
    ("Sponsor page, first visit", "/sponsor/", "20 KB"),
)
Row = tuple[str, str, str]


def main() -> int:
    """Measure and print each row as soon as it is known."""
    parser = argparse.ArgumentParser(
        prog="./run bench", description="Measure an installation on this machine."
    )
    parser.add_argument("--guests", type=int, default=100, help="guests to notify (default: 100)")
    parser.add_argument("--no-cold", action="store_true", help="leave out the start that installs packages")
    parser.add_argument(
        "--certificates", type=int, default=100_000, help="certificates of the large store; 0 leaves it out"
    )
    parser.add_argument("--only-store", action="store_true", help="measure the large store alone")
    options = parser.parse_args()
    _print(("", "measured", "to reach"))
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            if not options.only_store:
                for row in _rows(Path(folder), guests=options.guests, has_cold=not options.no_cold):
                    _print(row)
            if options.certificates:
                for row in tables.rows(Path(folder), certificates=options.certificates):
                    _print(row)
    except (NotStarted, Unexpected) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _rows(folder: Path, *, guests: int, has_cold: bool) -> Iterator[Row]:
    if has_cold:
        yield from _cold(folder)
    up = [sys.executable, "manage.py", "up"]
    data = folder / "data"
    first = Started(up, folder=ROOT, data=data)
    first.stop()
    installation = Started(up, folder=ROOT, data=data)
    try:
        yield "Later start", f"{installation.seconds:.1f} s", "5 s"
        password = notify.set_up(installation)
        admin = _signed_in(installation, "/sign-in/", notify.ADMIN, password)
        sponsor = _signed_in(installation, "/sponsor/sign-in/", notify.SPONSOR, password)
        yield from _mail(installation, sponsor, guests=guests)
        yield _memory(installation)
        for label, path, goal in PAGES:
            weight = {"/guest/": Visitor(installation.url), "/sponsor/": sponsor}.get(path, admin).weigh(path)
            yield label, f"{weight.bytes / 1000:.1f} KB in {weight.requests} requests", goal
    finally:
        seconds = installation.stop()
    yield "Stop", f"{seconds:.1f} s", "seconds"


def _cold(folder: Path) -> Iterator[Row]:
    """Start a copy of the project without virtual environment, with pip and, where there is one, uv."""
    ways = [("pip", "45 s")] + ([("uv", "8 s")] if shutil.which("uv") else [])
    path = os.environ["PATH"]
    for tool, goal in ways:
        copy = folder / f"cold-{tool}"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if tool == "pip":
            os.environ["PATH"] = _without_uv(path)
        try:
            cold = Started([_base_python(), "run"], folder=copy, data=folder / f"data-{tool}")
        finally:
            os.environ["PATH"] = path
        cold.stop()
        yield f"First start with {tool}, packages included", f"{cold.seconds:.1f} s", goal
        shutil.rmtree(copy)


def _mail(installation: Started, sponsor: Visitor, *, guests: int) -> Iterator[Row]:
    times = sorted(notify.seconds_to_the_relay(installation, sponsor, count=guests))
    yield f"Notify to 250, p50 of {guests}", f"{statistics.median(times):.3f} s", "0.5 s"
    yield f"Notify to 250, p99 of {guests}", f"{times[max(0, round(guests * 0.99) - 1)]:.3f} s", "3 s"


def _memory(installation: Started) -> Row:
    memory = installation.memory()
    own = f", {memory.own:.0f} MB shared pages counted once" if memory.own else ""
    return f"Memory of {memory.processes} processes", f"{memory.resident:.0f} MB{own}", "450 MB"


def _signed_in(installation: Started, path: str, name: str, password: str) -> Visitor:
    visitor = Visitor(installation.url)
    address, _ = visitor.submit(path, field_name="login", values={"login": name, "password": password})
    if "sign-in" in address:
        raise Unexpected(f"{name} could not sign in at {path}.")
    return visitor


def _base_python() -> str:
    """Return the Python that .venv was made with: the one of a newcomer."""
    return str(Path(sys.base_prefix) / "bin" / "python3")


def _without_uv(path: str) -> str:
    return os.pathsep.join(part for part in path.split(os.pathsep) if not (Path(part) / "uv").exists())


def _print(row: Row) -> None:
    sys.stdout.write(f"{row[0]:<44}{row[1]:<46}{row[2]}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
