"""Run as a process of its own: what reading hostile and damaged uploads costs in memory and time, as JSON.

`python -m tests.support.parse_meter COUNT` reads every hostile upload, each in a child, and COUNT mutants.
"""

import contextlib
import json
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from certificates.pki.parse import ParseRefused, parse_file
from tests.support import hostile, vectors

SEED = 20261124
_CRASHED = '{"megabytes": 1e9, "seconds": 1e9}'


def main(count: int) -> None:
    """Measure, and write the report to standard output."""
    warnings.simplefilter("ignore")
    _read(vectors.read("x509/accvraiz1.pem"))
    report = {name: cost_of(make) for name, make in hostile.UPLOADS.items()}
    vectors.seeds()
    before, slowest = peak_megabytes(), 0.0
    for data in vectors.mutants(count, seed=SEED):
        slowest = max(slowest, _seconds(data))
    report["mutants"] = {"megabytes": peak_megabytes() - before, "seconds": slowest, "count": count}
    sys.stdout.write(json.dumps(report))


def cost_of(make: Callable[[], bytes]) -> dict[str, float]:
    """Read one upload from a file in a forked child, whose peak begins at what this process uses.

    Another child makes the file, so that what that takes does not hide what reading takes.
    """
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        _in_a_child(lambda: str(path.write_bytes(make())))
        return dict(json.loads(_in_a_child(lambda: json.dumps(_measured(path))) or _CRASHED))


def _measured(path: Path) -> dict[str, float]:
    before = peak_megabytes()
    seconds = _seconds(path.read_bytes())
    return {"megabytes": peak_megabytes() - before, "seconds": seconds}


def _in_a_child(work: Callable[[], str]) -> str:
    """Return what a forked child answers; nothing when it crashed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, work().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def peak_megabytes() -> float:
    """The most memory that this process has used so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seconds(data: bytes) -> float:
    start = time.perf_counter()
    _read(data)
    return time.perf_counter() - start


def _read(data: bytes) -> None:
    with contextlib.suppress(ParseRefused):
        parse_file(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
