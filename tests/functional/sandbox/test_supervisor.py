"""The supervisor, run for real with small programs in place of the big ones."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.plan import Plan, Program, to_json
from sandbox.ports import find_free

ROOT = Path(__file__).resolve().parents[3]
WAIT_SECONDS = 15.0

SLEEPER = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
CRASHER = "raise SystemExit('the key ring lacks a key')"
WEB = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


class Running:
    """A supervisor under test."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        reading, writing = os.pipe()
        os.set_inheritable(reading, True)
        os.write(writing, to_json(plan).encode())
        os.close(writing)
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.supervisor", str(reading)],
                cwd=ROOT,
                pass_fds=[reading],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        os.close(reading)

    def children(self) -> dict[str, int]:
        """The pids of the programs by their marker argument."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                found[child.cmdline()[-1]] = child.pid
            except psutil.Error:
                continue
        return found

    def text(self) -> str:
        return self.output.read_text()


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not come true in time")


def program(name: str, code: str, *more: str) -> Program:
    return Program(name, (sys.executable, "-c", code, *more, name))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start supervisors; whatever a test leaves behind ends with it."""
    started: list[Running] = []

    def begin(*programs: Program) -> Running:
        port = find_free("127.0.0.1", 18000)
        plan = Plan(
            data=str(tmp_path),
            url=f"http://127.0.0.1:{port}/",
            host="127.0.0.1",
            port=port,
            broker_socket=str(tmp_path / "none.sock"),
            broker=None,
            programs=(program("web", WEB, str(port)), *programs),
            environment=dict(os.environ),
            box=(("Open", "here"),),
        )
        running = Running(plan, tmp_path)
        started.append(running)
        return running

    yield begin
    for running in started:
        tree = [running.process.pid, *running.children().values()] if running.process.poll() is None else []
        for pid in tree:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        running.process.wait()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_box_appears_once_the_page_answers(start: Callable[..., Running]) -> None:
    running = start(program("worker", SLEEPER))
    until(lambda: "Open  here" in running.text())
    assert running.text().count("ISE Mail") == 1


def test_a_killed_program_comes_back_and_the_terminal_says_so(start: Callable[..., Running]) -> None:
    running = start(program("worker", SLEEPER))
    until(lambda: "Open" in running.text())
    first = running.children()["worker"]
    os.kill(first, signal.SIGKILL)
    until(lambda: running.children().get("worker", first) != first)
    assert "worker ended (signal 9) and is started again" in running.text()


def test_what_a_killed_program_had_started_is_killed_with_it(start: Callable[..., Running]) -> None:
    running = start(program("worker", PARENT))
    leader = until(lambda: running.children().get("worker"))
    grandchild = until(lambda: psutil.Process(leader).children())[0].pid
    os.kill(leader, signal.SIGKILL)
    until(lambda: not alive(grandchild))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_even_a_program_that_does_not_listen(
    start: Callable[..., Running], number: signal.Signals
) -> None:
    running = start(program("worker", SLEEPER), program("deaf", DEAF))
    until(lambda: "Open" in running.text() and len(running.children()) == 3)
    pids = running.children().values()
    running.process.send_signal(number)
    assert running.process.wait(WAIT_SECONDS) == 0
    assert [pid for pid in pids if alive(pid)] == []
    assert "ISE Mail has stopped." in running.text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_the_programs_end_when_the_supervisor_itself_is_killed(start: Callable[..., Running]) -> None:
    running = start(program("worker", SLEEPER), program("deaf", DEAF))
    until(lambda: len(running.children()) == 3)
    pids = list(running.children().values())
    running.process.kill()
    until(lambda: not any(alive(pid) for pid in pids))


def test_a_program_that_never_starts_ends_the_start_and_its_last_words_are_shown(
    start: Callable[..., Running],
) -> None:
    running = start(program("worker", CRASHER))
    assert running.process.wait(WAIT_SECONDS) == 1
    assert "worker does not start" in running.text()
    assert "the key ring lacks a key" in running.text()


def test_the_output_of_a_program_goes_to_its_own_log(start: Callable[..., Running], tmp_path: Path) -> None:
    words = json.dumps({"hello": "log"})
    start(program("talker", f"import time; print({words!r}, flush=True); time.sleep(600)"))
    log = tmp_path / "log" / "talker.log"
    until(log.exists)
    until(lambda: words in log.read_text())
