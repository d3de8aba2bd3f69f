"""The commands `outbox` and `send_test_mail`, as scripts call them."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from console.models import AuditEvent
from notifications import outbox, relay
from notifications.categories import ALARM
from notifications.mail.states import State
from notifications.models import OutgoingMail
from notifications.smtp.settings import ServerSettings

pytestmark = pytest.mark.django_db


def post(to="ada@testlab.com"):
    return outbox.post(
        category=ALARM,
        to=to,
        values={"alarm_name": "canary value"},
        language="en",
        reference="alarm:1",
        now=timezone.now(),
    )


def run(capsys, *words):
    """Return the exit code and what was printed."""
    try:
        call_command(*words)
        code = 0
    except SystemExit as ended:
        code = ended.code
    except CommandError as refused:
        return refused.returncode, str(refused)
    return code, capsys.readouterr().out


@pytest.fixture
def saved_relay():
    return relay.save(
        server=ServerSettings("mail.testlab.com"),
        keep_password=False,
        allow_cleartext_password=False,
        actor="ada",
        now=timezone.now(),
    )


def test_the_list_is_json_and_nothing_else_with_the_newest_first(capsys):
    first, second = post(), post("soc@testlab.com")
    OutgoingMail.objects.filter(pk=first.id).update(state=State.DEAD, last_code="RECIPIENT_REFUSED")
    code, out = run(capsys, "outbox", "list", "--json")
    mails = json.loads(out)["mails"]
    assert code == 0
    assert {mail["id"] for mail in mails} == {str(first.id), str(second.id)}
    code, out = run(capsys, "outbox", "list", "--json", "--group", "not-sent")
    assert [mail["code"] for mail in json.loads(out)["mails"]] == ["RECIPIENT_REFUSED"]
    code, out = run(capsys, "outbox", "list", "--recipient", "soc@")
    assert "soc@testlab.com" in out and "ada@testlab.com" not in out


def test_showing_a_mail_never_shows_what_stands_in_it(capsys):
    posted = post()
    code, out = run(capsys, "outbox", "show", str(posted.id), "--json")
    shown = json.loads(out)
    assert (code, shown["state"], shown["tries"]) == (0, "QUEUED", [])
    assert "canary value" not in out and "sealed" not in out


def test_a_dead_mail_is_sent_again_once(capsys):
    posted = post()
    OutgoingMail.objects.update(state=State.DEAD)
    code, out = run(capsys, "outbox", "resend", str(posted.id), "--json")
    assert (code, json.loads(out)["state"]) == (0, "QUEUED")
    assert AuditEvent.objects.get(action="mail.resend").actor == "command line"
    assert run(capsys, "outbox", "resend", str(posted.id))[0] == 1


def test_an_unknown_mail_is_a_usage_error(capsys):
    missing = "0199c0de-0000-7000-8000-000000000001"
    assert run(capsys, "outbox", "show", missing)[0] == 2
    assert run(capsys, "outbox", "resend", missing)[0] == 2


def test_a_test_mail_without_a_server_says_so(capsys):
    assert run(capsys, "send_test_mail", "gita@guest.example") == (4, "No SMTP server is set.")


def test_a_test_mail_to_no_address_is_a_usage_error(capsys, saved_relay):
    assert run(capsys, "send_test_mail", "nobody")[0] == 2


@pytest.mark.parametrize(
    ("address", "code", "exit_code"),
    [("nobody", "ADDRESS_REFUSED", 2), ("gita@guest.example", "TOO_MANY_TESTS", 1)],
)
def test_a_refused_test_mail_is_one_json_object_and_a_sentence(
    capsys, saved_relay, monkeypatch, address, code, exit_code
):
    monkeypatch.setattr("notifications.test_mail.PER_HOUR", 1)
    assert run(capsys, "send_test_mail", "gita@guest.example", "--wait", "0")[0] == 0
    assert run(capsys, "send_test_mail", address, "--json")[0] == exit_code
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["code"]) == (None, code)
    assert found["error"].endswith(".") and "NO_DOT" not in found["error"]


def test_a_test_mail_that_nobody_sends_is_still_waiting_at_the_end(capsys, saved_relay):
    code, out = run(capsys, "send_test_mail", "gita@guest.example", "--wait", "0.2", "--json")
    assert (code, json.loads(out)["state"]) == (3, "QUEUED")
    code, out = run(capsys, "send_test_mail", "gita@guest.example", "--wait", "0", "--json")
    assert (code, json.loads(out)["state"]) == (0, "QUEUED")


def test_the_address_of_a_test_mail_is_looked_at_before_the_server(capsys):
    assert run(capsys, "send_test_mail", "notanaddress", "--json")[0] == 2
    assert json.loads(capsys.readouterr().out)["code"] == "ADDRESS_REFUSED"


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("smtp_test",), 2),
        (("smtp_test", "--host", "mail.testlab.com", "--node", "nosuch"), 2),
        (("outbox", "show", "00000000-0000-0000-0000-000000000999"), 2),
        (("user_add", "ada", "--group", "Super Admin", "--password-file", "/nonexistent"), 2),
        (("trust_import", "/nonexistent", "--for", "infrastructure"), 2),
        (("node_promote", "nosuch"), 1),
        (("node_deregister", "nosuch"), 1),
    ],
)
def test_a_refusal_is_one_json_object_too_when_json_was_asked_for(capsys, words, exit_code):
    code, sentence = run(capsys, *words, "--json")

    assert code == exit_code
    expected = {"code": "USAGE" if exit_code == 2 else "REFUSED", "error": sentence}
    assert json.loads(capsys.readouterr().out) == expected
