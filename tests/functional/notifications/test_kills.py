"""Mail that survives what really kills: the worker in the middle of DATA, the broker with its data."""

import email
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broker import RunningBroker, running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.relays import save_relay
from tests.support.smtpd import Conversation, HangUp, SmtpServer

pytestmark = pytest.mark.both_databases

STATES = "SELECT state, count(*) FROM notifications_outgoingmail GROUP BY state ORDER BY state"
TRIES = "SELECT outcome, process FROM notifications_deliveryattempt ORDER BY id"


class HoldsTheData:
    """Takes the beginning of a message and then nothing, so that the sender stands in the middle of DATA."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()

    def __call__(self, conversation: Conversation) -> None:
        conversation.sock.recv(1000)
        self.has_begun.set()
        conversation.server.stopping.wait(60)
        raise HangUp


@pytest.fixture
def broker() -> Iterator[RunningBroker]:
    with running_broker() as server:
        yield server


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        server._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        yield server


@pytest.fixture
def house(tmp_path: Path, broker: RunningBroker, relay: SmtpServer) -> Iterator[Installation]:
    with installed(tmp_path, broker_url=broker.url) as installation:
        save_relay(installation, relay.port)
        yield installation


def post(house: Installation, address: str) -> str:
    done = house.manage("send_test_mail", address, "--wait", "0", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["id"]


def listening(house: Installation) -> None:
    seen = house.value("SELECT worker_heard_at FROM deployment_node")
    eventually(
        lambda: house.value("SELECT worker_heard_at FROM deployment_node") != seen, what="the worker listens"
    )


def on_duty(house: Installation) -> None:
    eventually(lambda: house.value("SELECT holder FROM deployment_clusterlease"), what="the node is on duty")


def all_sent(house: Installation, count: int) -> bool:
    return house.rows(STATES) == [("SENT", count)]


def message_ids(relay: SmtpServer) -> list[str]:
    return sorted(email.message_from_bytes(message.data)["Message-ID"] for message in relay.messages)


def test_a_worker_killed_in_the_middle_of_the_data_loses_no_mail(
    house: Installation, relay: SmtpServer
) -> None:
    held = HoldsTheData()
    relay.fail("BODY", held, times=1)
    worker = house.spawn("run_node")
    house.spawn("notifyd")
    on_duty(house)
    listening(house)
    mail_id = post(house, "gita@guest.example")
    assert held.has_begun.wait(30)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert relay.messages == []
    successor = house.spawn("run_node")
    eventually(lambda: all_sent(house, 1), within_seconds=60, what="the mail is sent by another worker")
    assert message_ids(relay) == [f"<{mail_id}@ise3-1>"]
    assert house.rows(TRIES) == [
        ("crashed", f"ise3-1 pid {worker.pid}"),
        ("accepted", f"ise3-1 pid {successor.pid}"),
    ]


def test_a_broker_killed_with_its_data_loses_no_mail(
    house: Installation, broker: RunningBroker, relay: SmtpServer
) -> None:
    house.spawn("notifyd")
    on_duty(house)
    before = [post(house, f"before{number}@guest.example") for number in range(2)]
    broker.kill()
    meanwhile = [post(house, f"meanwhile{number}@guest.example") for number in range(2)]
    broker.start()
    house.spawn("run_node")
    eventually(lambda: all_sent(house, 4), within_seconds=60, what="all mails are sent")
    assert message_ids(relay) == sorted(f"<{mail_id}@ise3-1>" for mail_id in before + meanwhile)


@pytest.mark.slow
def test_mail_leaves_by_the_daemon_while_the_broker_stays_dead(
    house: Installation, broker: RunningBroker, relay: SmtpServer
) -> None:
    broker.kill()
    daemon = house.spawn("notifyd")
    on_duty(house)
    post(house, "gita@guest.example")
    eventually(lambda: all_sent(house, 1), within_seconds=60, what="the daemon sends the mail")
    assert house.rows(TRIES) == [("accepted", f"ise3-1 pid {daemon.pid}")]
    assert "No worker sends the mail of PAN; the daemon does" in house.log_of("notifyd")


def test_a_worker_sends_a_mail_within_moments_of_its_commit_and_says_who_it_was(
    house: Installation, relay: SmtpServer
) -> None:
    worker = house.spawn("run_node")
    house.spawn("notifyd")
    on_duty(house)
    listening(house)
    done = house.manage("send_test_mail", "gita@guest.example", "--json")
    assert (done.returncode, json.loads(done.stdout)["state"]) == (0, "SENT")
    assert json.loads(done.stdout)["answer"].startswith("250 2.0.0 Ok: queued as ")
    assert house.rows(TRIES) == [("accepted", f"ise3-1 pid {worker.pid}")]
