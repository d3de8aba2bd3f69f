"""Several workers on one queue: every mail leaves once."""

import email
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broker import RunningBroker, running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.relays import run_python, save_relay
from tests.support.smtpd import SmtpServer

pytestmark = pytest.mark.both_databases

COUNT = 60
POST_MANY = f"""
from django.utils import timezone
from deployment.personas import Persona
from notifications import outbox, nudge
from notifications.models import OutgoingMail
for number in range({COUNT}):
    outbox.post(category="test_mail", to=f"guest{{number}}@guest.example", values={{"node_name": "x"}},
                language="en", reference="x", now=timezone.now())
OutgoingMail.objects.update(persona="psn")
for _ in range(20):
    nudge.nudge(Persona.PSN)
"""
ATTEMPTS = (
    "SELECT min(attempts), max(attempts), count(*) FROM notifications_outgoingmail WHERE state = 'SENT'"
)


@pytest.fixture
def broker() -> Iterator[RunningBroker]:
    with running_broker() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, broker: RunningBroker) -> Iterator[Installation]:
    with installed(tmp_path, broker_url=broker.url) as installation:
        yield installation


def test_two_workers_with_four_threads_each_send_every_mail_once(house: Installation) -> None:
    with SmtpServer() as relay:
        save_relay(house, relay.port)
        for node in ("ise3-1", "ise3-2"):
            house.spawn("run_node", "--personas", "psn", node=node)
        eventually(
            lambda: (
                house.value("SELECT count(*) FROM deployment_node WHERE worker_heard_at IS NOT NULL") == 2
            ),
            what="both workers listen",
        )
        run_python(house, POST_MANY)
        eventually(
            lambda: house.rows(ATTEMPTS) == [(1, 1, COUNT)], within_seconds=60, what="all are sent once"
        )
        ids = [email.message_from_bytes(message.data)["Message-ID"] for message in relay.messages]
        assert len(ids) == len(set(ids)) == COUNT
        assert house.value("SELECT count(*) FROM notifications_deliveryattempt") == COUNT
