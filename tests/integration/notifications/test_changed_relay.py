"""A server that is saved while mail is on its way takes the next mail; the old one is not spoken to again."""

from datetime import datetime, timedelta

import pytest

from deployment.personas import Persona
from notifications import delivery, outbox, rechecks, relay
from notifications.categories import GUEST_CREDENTIALS
from notifications.mail.states import State
from notifications.models import OutgoingMail
from notifications.smtp.settings import ServerSettings
from tests.support.smtpd import SmtpServer, close

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_rechecks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mails of these tests are about nothing that an upper floor could look up."""
    monkeypatch.setattr(rechecks, "_rechecks", {})


def save(server: SmtpServer, now: datetime) -> None:
    relay.save(
        server=ServerSettings("127.0.0.1", server.port, timeout_seconds=5),
        keep_password=False,
        allow_cleartext_password=False,
        actor="ada",
        now=now,
        is_bound_by_egress=False,
    )


def post(count: int, now: datetime) -> None:
    for number in range(count):
        outbox.post(
            category=GUEST_CREDENTIALS,
            to=f"gita{number}@guest.example",
            values={"ui_user_name": "ggarg", "ui_first_name": "Gita"},
            secret_values={"ui_password": "p&ss<1>"},
            language="en",
            reference=f"guest:{number}",
            now=now,
        )


def assert_all_sent_and_the_old_server_was_met_once(old: SmtpServer) -> None:
    assert sum(command.startswith("EHLO") for command in old.commands) == 1
    found = OutgoingMail.objects.values_list("state", "attempts").distinct()
    assert list(found) == [(State.SENT, 1)]


@pytest.mark.parametrize("before_the_change", [1, 2, 3])
def test_the_mails_after_a_save_go_to_the_new_server(now: datetime, before_the_change: int) -> None:
    with SmtpServer() as old, SmtpServer() as new:
        save(old, now)
        post(6, now)
        is_saved = False

        def clock() -> datetime:
            nonlocal is_saved
            if len(old.messages) == before_the_change and not is_saved:
                is_saved = True
                save(new, now)
            return now + timedelta(seconds=1)

        assert delivery.drain(persona=Persona.PSN, clock=clock) == 6
        assert (len(old.messages), len(new.messages)) == (before_the_change, 6 - before_the_change)
        assert_all_sent_and_the_old_server_was_met_once(old)


def test_a_session_that_ends_after_a_save_is_not_opened_again_at_the_old_server(now: datetime) -> None:
    with SmtpServer() as old, SmtpServer() as new:
        save(old, now)
        post(3, now)

        def still_wanted(_reference: str) -> bool:
            """The last thing asked before a mail is sent: the server is saved and the old one hangs up."""
            if len(old.messages) == 1 and relay.version() == 1:
                save(new, now)
                old.fail("MAIL", close())
            return True

        rechecks.register_recheck(GUEST_CREDENTIALS, still_wanted)
        assert delivery.drain(persona=Persona.PSN, clock=lambda: now + timedelta(seconds=1)) == 3
        assert (len(old.messages), len(new.messages)) == (1, 2)
        assert_all_sent_and_the_old_server_was_met_once(old)
