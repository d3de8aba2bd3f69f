"""What a newcomer's first start does: a whole installation of real processes, killed and stopped for real."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.installation import ROOT, eventually

pytestmark = pytest.mark.slow

PROGRAMS = {"broker": "valkey-server", "web": "waitress", "worker": "run_node", "notifyd": "notifyd"}
PROGRAMS["relay"] = "sandbox.relay"


class Started:
    """`manage.py up` on a data folder of its own."""

    def __init__(self, data: Path, *words: str) -> None:
        self.data = data
        self.output = data.with_suffix(".out")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ISE_MAIL_")}
        for name in ("REDIS_URL", "DATABASE_URL"):
            kept.pop(name, None)
        self.environment = {**kept, "ISE_MAIL_DATA": str(data), "ISE_MAIL_SANDBOX": "1"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    @property
    def url(self) -> str:
        found = re.search(r"Open +(http://\S+/)", self.text)
        assert found, self.text
        return found.group(1)

    def wait_for_box(self) -> None:
        def is_up() -> bool:
            assert self.process.poll() is None, self.text
            return "Ctrl+C" in self.text

        eventually(is_up, within_seconds=90, what="the box on the terminal")

    def children(self) -> dict[str, psutil.Process]:
        """The supervised processes by program name."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                line = " ".join(child.cmdline())
            except psutil.Error:
                continue
            found.update({name: child for name, word in PROGRAMS.items() if word in line})
        return found

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read()
        except OSError as error:
            return getattr(error, "code", 0), b""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    installation = Started(tmp_path_factory.mktemp("first") / "data")
    installation.wait_for_box()
    yield installation
    if installation.process.poll() is None:
        installation.process.terminate()
        installation.process.wait(30)


def test_the_box_says_where_to_go_and_how_to_sign_in(started: Started) -> None:
    assert re.search(r"Sign in +admin +[A-Za-z0-9-]{19}\b", started.text)
    assert re.search(r"\bsponsor +[A-Za-z0-9-]{19}\b", started.text)
    assert f"{started.url}sandbox/inbox/" in started.text
    assert str(started.data) in started.text


def test_the_installation_is_ready_and_its_sandbox_ca_is_there(started: Started) -> None:
    assert started.get("-/live")[0] == 200
    assert started.get("-/ready")[0] == 200
    assert b"BEGIN CERTIFICATE" in started.get("sandbox/ca.pem")[1]


def test_the_first_password_is_in_no_file_of_the_data_folder(started: Started) -> None:
    found = re.search(r"admin +([A-Za-z0-9-]{19})", started.text)
    assert found
    holders = [
        path
        for path in started.data.rglob("*")
        if path.is_file() and found.group(1).encode() in path.read_bytes()
    ]
    assert holders == []


def test_a_second_start_on_the_same_data_folder_says_so_and_stops(started: Started) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=started.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert f"already runs on the data folder {started.data}" in second.stderr
    assert started.url in second.stderr


def test_a_port_that_is_in_use_is_refused_in_one_sentence(started: Started, tmp_path: Path) -> None:
    port = started.url.rsplit(":", 1)[1].rstrip("/")
    other = subprocess.run(
        [sys.executable, "manage.py", "up", "--data", str(tmp_path / "other"), "--port", port],
        cwd=ROOT,
        env=started.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert other.returncode == 1
    assert other.stderr.strip().startswith(f"Port {port} is in use on 127.0.0.1")
    assert other.stderr.strip().count("\n") == 0


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_each_killed_process_comes_back(started: Started, name: str) -> None:
    killed = started.children()[name]
    killed.kill()

    def is_back() -> bool:
        child = started.children().get(name)
        return child is not None and child.pid != killed.pid

    eventually(is_back, what=f"{name} comes back")
    eventually(lambda: started.get("-/ready")[0] == 200, within_seconds=60, what="all is ready again")


def test_a_signal_ends_every_process_and_a_later_start_knows_the_accounts(started: Started) -> None:
    children = list(started.children().values())
    assert len(children) == len(PROGRAMS)
    started.process.send_signal(signal.SIGTERM)
    assert started.process.wait(20) == 0
    assert [child for child in children if child.is_running()] == []
    with sqlite3.connect(started.data / "ise-mail.sqlite3") as database:
        database.execute("UPDATE accounts_user SET last_login = created_at WHERE username = 'admin'")
    later = Started(started.data)
    try:
        later.wait_for_box()
        assert "as admin, with the password you chose" in later.text
    finally:
        later.process.send_signal(signal.SIGINT)
        assert later.process.wait(20) == 0


def test_without_sandbox_no_relay_runs_and_its_pages_are_gone(tmp_path: Path) -> None:
    bare = Started(tmp_path / "data", "--no-sandbox")
    try:
        bare.wait_for_box()
        assert set(bare.children()) == set(PROGRAMS) - {"relay"}
        assert "Inbox" not in bare.text
        assert bare.get("sandbox/ca.pem")[0] == 404
    finally:
        bare.process.terminate()
        assert bare.process.wait(20) == 0
