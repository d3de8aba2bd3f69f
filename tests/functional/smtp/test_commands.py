"""smtp_set, smtp_show and smtp_test as processes of their own, with a real Celery worker on a real broker."""

import json
import os
from collections.abc import Iterator

import pytest

from tests.support.broker import running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer, close, silence

PASSWORD = "C!sco@123"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "password").write_text(PASSWORD + "\n")
    with running_broker() as broker, installed(folder, broker_url=broker.url) as installation:
        yield installation


@pytest.fixture(scope="module")
def worker(house: Installation) -> int:
    """The process id of the worker of node ise3-1."""
    process = house.spawn("run_node")
    heard = "SELECT worker_heard_at FROM deployment_node WHERE hostname = 'ise3-1'"
    eventually(lambda: house.value(heard), what="the worker is heard")
    return process.pid


@pytest.fixture(scope="module")
def server(house: Installation) -> Iterator[SmtpServer]:
    authority = Authority.root()
    (house.folder / "root.pem").write_bytes(authority.pem)
    certificate = authority.intermediate().issue("127.0.0.1")
    with SmtpServer(certificate=certificate, users={"relay": PASSWORD}) as running:
        yield running


def options(house: Installation, server: SmtpServer) -> list[str]:
    where = ["--host", "127.0.0.1", "--port", str(server.port), "--tls", "starttls", "--timeout", "10"]
    return [*where, "--user", "relay", "--password-file", str(house.folder / "password")]


def run(house: Installation, *words: str) -> tuple[int, dict]:
    done = house.manage(*words, "--json")
    assert done.stdout.startswith('{"code"'), done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert PASSWORD not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_test_runs_in_the_worker_and_then_passes_once_the_root_is_trusted(house, worker, server):
    status, found = run(house, "smtp_test", *options(house, server))
    assert (status, found["code"], found["node"]) == (31, "UNKNOWN_ISSUER", "ise3-1")
    assert found["process"] == {"id": worker, "worker": "celery@ise3-1"}
    assert {"stages", "transcript", "chain"} <= set(found)
    done = house.manage("trust_import", str(house.folder / "root.pem"), "--for", "infrastructure,endpoints")
    assert done.returncode == 0, done.stderr
    status, found = run(house, "smtp_test", *options(house, server))
    assert (status, found["code"], found["params"]["tls"]) == (0, "OK", "TLSv1.3")
    assert found["process"]["id"] == worker
    assert "C: AUTH PLAIN ********" in found["transcript"]
    assert all(stage["state"] == "ok" for stage in found["stages"])


def test_no_secret_of_a_test_stays_in_the_database(house, worker, server):
    run(house, "smtp_test", *options(house, server))
    assert (
        house.rows("SELECT password_sealed FROM notifications_connectiontest WHERE password_sealed <> ''")
        == []
    )
    assert PASSWORD.encode() not in house.database.read_bytes()


def test_here_runs_in_the_process_itself_and_is_not_bound_by_the_outbound_rules(house, server):
    status, found = run(house, "smtp_test", "--here", *options(house, server)[:6])
    assert status == 31 or found["code"] == "OK"
    assert found["process"]["worker"] == ""
    assert found["process"]["id"] not in {0, os.getpid()}


def test_every_node_is_asked_and_the_one_without_worker_is_named(house, worker, server):
    house.manage("run_node", "--help")
    done = house.spawn("notifyd", node="ise3-9")
    eventually(
        lambda: house.value("SELECT COUNT(*) FROM deployment_node WHERE hostname = 'ise3-9'"),
        what="the second node is registered",
    )
    done.kill()
    status, found = run(house, "smtp_test", "--all-nodes", *options(house, server))
    by_node = {one["node"]: one["code"] for one in found["tests"]}
    assert by_node["ise3-9"] == "NODE_SILENT"
    assert by_node["ise3-1"] != "NODE_SILENT"
    status, found = run(house, "smtp_test", "--node", "ise3-9", *options(house, server))
    assert (status, found["code"], found["node"]) == (60, "NODE_SILENT", "ise3-9")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        (["--host", "mail.testlab.invalid"], 10, "DNS_FAILED"),
        (["--port", "1"], 20, "CONNECT_REFUSED"),
        (["--tls", "implicit"], 30, "PLAIN_ON_TLS_PORT"),
        (["--user", "other"], 40, "AUTH_REJECTED"),
    ],
)
def test_each_stage_has_its_exit_code(house, server, changes, status, code):
    imported = house.manage(
        "trust_import", str(house.folder / "root.pem"), "--for", "infrastructure,endpoints"
    )
    assert imported.returncode in {0, 3}
    found = run(house, "smtp_test", "--here", *options(house, server), *changes)
    assert (found[0], found[1]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("step", "action"), [("banner", close("554 5.7.1 go away")), ("EHLO", silence())], ids=["banner", "EHLO"]
)
def test_a_server_that_does_not_greet_has_exit_code_21(house, server, step, action):
    server.fail(step, action, times=1)
    status, _ = run(house, "smtp_test", "--here", *options(house, server), "--timeout", "1")
    assert status == 21


def test_the_server_is_saved_and_shown_without_its_password(house, server):
    assert house.manage("smtp_show", "--json").returncode == 3
    status, found = run(house, "smtp_set", *options(house, server), "--from", "ise@testlab.com")
    assert (status, found) == (0, {"code": "OK", "version": 1})
    status, found = run(house, "smtp_show")
    assert status == 0
    assert (found["host"], found["user"], found["has_password"]) == ("127.0.0.1", "relay", True)
    assert found["from"] == "ise@testlab.com"
    status, found = run(house, "smtp_test", "--here")
    assert (status, found["code"]) == (0, "OK")
    assert run(house, "smtp_show")[1]["port"] == server.port


def test_what_cannot_be_meant_is_a_usage_error(house):
    done = house.manage("smtp_set", "--host", "mail testlab", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no spaces" in done.stderr


def test_a_password_in_clear_has_to_be_allowed(house, server):
    clear = ["--host", "127.0.0.1", "--port", str(server.port), *options(house, server)[-4:]]
    assert house.manage("smtp_set", *clear).returncode == 2
    assert house.manage("smtp_test", *clear, "--node", "ise3-1").returncode == 2
    status, found = run(house, "smtp_test", "--here", *clear)
    assert (status, found["code"]) == (40, "AUTH_NEEDS_TLS")
