"""Where a guest's password stands on its way: sealed in the database, and in the mail, and nowhere else."""

import base64
import email
import email.policy
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.support.broker import RunningBroker, running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.relays import run_python, save_relay
from tests.support.smtpd import SmtpServer

REGISTER = """
from django.utils import timezone
from guests import registration
from guests.registration import Visitor
registration.register(visitor=Visitor(first_name="Canary", last_name="Bird", email="canary@guest.example",
                                      company="", language="en"),
                      form_token="0123456789abcdef", now=timezone.now(), address="192.0.2.1")
"""
MAIL = "SELECT state, values_sealed, secrets_sealed FROM notifications_outgoingmail"


@pytest.fixture
def broker() -> Iterator[RunningBroker]:
    with running_broker() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, broker: RunningBroker) -> Iterator[Installation]:
    with installed(tmp_path, broker_url=broker.url) as installation:
        yield installation


def files_of(house: Installation) -> bytes:
    return b"".join(path.read_bytes() for path in house.folder.rglob("*") if path.is_file())


def test_a_guests_password_is_in_clear_in_the_mail_only(house: Installation, broker: RunningBroker) -> None:
    with SmtpServer() as relay:
        save_relay(house, relay.port)
        run_python(house, REGISTER)
        queued = redis.Redis(unix_socket_path=str(broker.socket)).lrange("persona.psn", 0, -1)
        bodies = [base64.b64decode(json.loads(message)["body"]) for message in queued]
        before = files_of(house)
        house.spawn("run_node", "--personas", "psn", ISE_MAIL_LOG_LEVEL="DEBUG")
        message = relay.wait_for_messages(1, seconds=60)[0]
        eventually(lambda: house.rows(MAIL) == [("SENT", "", "")], what="the row holds nothing any more")
        text = email.message_from_bytes(message.data, policy=email.policy.default).get_body(("plain",))
        found = re.search(r"Password: +(\S+)", text.get_content())
        assert found is not None
        password = found[1].encode()
        assert len(password) >= 8
        assert bodies and all(b"psn" in body and b"canary" not in body for body in bodies)
        assert password not in before + files_of(house) + b"".join(queued)
