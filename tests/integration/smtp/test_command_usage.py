"""What the SMTP commands refuse before they do anything."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from notifications import relay, senders
from notifications.models import ConnectionTest, RelaySettings
from notifications.smtp.settings import ServerSettings, TlsMode

pytestmark = pytest.mark.django_db
HOST = ["--host", "mail.testlab.com"]
SIGN_IN = ["--tls", "auto", "--user", "relay"]


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_bytes("gehéim \n".encode())
    return str(path)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["smtp_set"], "--host"),
        (["smtp_set", "--host", "mail testlab"], "no spaces"),
        (["smtp_set", *HOST, "--port", "0"], "1 to 65535"),
        (["smtp_set", *HOST, "--port", "٢٥"], "1 to 65535"),
        (["smtp_set", *HOST, "--timeout", "301"], "1 to 300"),
        (["smtp_set", *HOST, "--tls", "ssl"], "ssl"),
        (["smtp_set", *HOST, *SIGN_IN], "--password-file"),
        (["smtp_set", *HOST, *SIGN_IN, "--password-file", "gone"], "cannot be read"),
        (["smtp_set", *HOST, "--password-file", "gone"], "needs --user"),
        (["smtp_set", *HOST, "--from", "nobody"], "'nobody' is refused. Enter one email address"),
        (["smtp_set", *HOST, "--tls", "auto", "--user", "relay\x1b[2J"], "Control characters"),
        (["smtp_set", *HOST, "--tls", "auto", "--user", "r" * 321], "at most 320 characters"),
        (["smtp_set", *HOST, *SIGN_IN, "--password-file", "/dev/zero"], "at most 1,000 characters"),
        (["smtp_set", *HOST, *SIGN_IN, "--password-file", "/dev/null"], "is empty"),
        (["smtp_test", *HOST, "--tls", "auto", "--user", "relay\n"], "Control characters"),
        (["smtp_test"], "No SMTP server is saved"),
        (["smtp_test", "--here", "--all-nodes"], "not allowed with"),
        (["smtp_test", "--node", "ise3-77", *HOST], "There is no node"),
        (["smtp_test", *HOST, *SIGN_IN], "--password-file"),
        (["smtp_show"], "No SMTP server is saved"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(words, sentence):
    with pytest.raises(CommandError) as caught:
        call_command(*words)
    assert sentence in str(caught.value)
    assert not relay.is_configured()
    assert not ConnectionTest.objects.exists()
    assert senders.guest_email_settings().default_from == "donotreply@example.com"


@pytest.mark.parametrize("command", ["smtp_set", "smtp_test"])
def test_a_password_in_clear_needs_its_own_option(command, password):
    words = [*HOST, "--user", "relay", "--password-file", password]
    with pytest.raises(CommandError, match="--allow-cleartext-password") as caught:
        call_command(command, *words)
    assert caught.value.returncode == 2
    assert not relay.is_configured()


def test_one_final_newline_of_the_password_file_is_dropped_and_nothing_else(password, capsys):
    call_command("smtp_set", *HOST, *SIGN_IN, "--password-file", password)
    assert relay.connection_settings().password == "gehéim "
    assert "Saved: mail.testlab.com, port 25." in capsys.readouterr().out


def test_a_password_file_of_two_lines_is_refused(tmp_path):
    path = tmp_path / "password"
    path.write_text("one\ntwo\n")
    with pytest.raises(CommandError, match="Control characters"):
        call_command("smtp_set", *HOST, *SIGN_IN, "--password-file", str(path))


def test_the_stored_password_is_kept_for_the_same_host_and_user(password):
    call_command("smtp_set", *HOST, *SIGN_IN, "--password-file", password)
    call_command("smtp_set", *HOST, *SIGN_IN, "--port", "587")
    assert relay.connection_settings() == ServerSettings(
        "mail.testlab.com", 587, 60, TlsMode.AUTO, "1.2", "relay", "gehéim ", "ise3-1"
    )
    with pytest.raises(CommandError, match="--password-file"):
        call_command("smtp_set", "--host", "other.testlab.com", *SIGN_IN)


def test_a_refused_from_leaves_the_server_as_it_was(password):
    with pytest.raises(CommandError):
        call_command("smtp_set", *HOST, "--from", "a@b@c")
    assert not relay.is_configured()


@pytest.fixture
def tested(monkeypatch):
    """What a test in this process is asked to speak to; the dialogue itself is another test's matter."""
    asked = []

    def probe(server, *, allow_cleartext_password, **_):
        asked.append((server, allow_cleartext_password))
        raise CommandError("enough")

    monkeypatch.setattr(relay, "probe_server", probe)

    def run(*words):
        with pytest.raises(CommandError, match="enough"):
            call_command("smtp_test", "--here", *words)
        return asked[-1]

    return run


def test_without_a_host_the_saved_server_is_tested_with_the_given_values_in_place_of_the_saved(
    tested, password
):
    call_command("smtp_set", *HOST, *SIGN_IN, "--port", "587", "--timeout", "20", "--password-file", password)
    saved = ServerSettings("mail.testlab.com", 587, 20, TlsMode.AUTO, "1.2", "relay", "gehéim ")
    assert tested() == (saved, False)
    assert tested("--port", "465", "--minimum-tls", "1.3", "--timeout", "5") == (
        replace(saved, port=465, minimum_tls="1.3", timeout_seconds=5),
        False,
    )
    assert tested("--user", "", "--tls", "none") == (
        replace(saved, user="", password="", tls=TlsMode.NONE),
        False,
    )
    assert tested("--user", "other", "--password-file", password)[0] == replace(saved, user="other")


@pytest.mark.parametrize(
    "words",
    [["--user", "other"], ["--tls", "none"], ["--tls", "none", "--allow-cleartext-password"]],
    ids=" ".join,
)
def test_the_stored_password_is_not_tried_for_another_user_or_with_less_protection(words, password):
    call_command("smtp_set", *HOST, *SIGN_IN, "--password-file", password)
    with pytest.raises(CommandError, match="give --password-file") as caught:
        call_command("smtp_test", "--here", *words)
    assert caught.value.returncode == 2


def test_what_is_shown_of_a_saved_row_cannot_steer_a_terminal(password, capsys):
    call_command("smtp_set", *HOST, *SIGN_IN, "--password-file", password)
    RelaySettings.objects.update(user="relay\x1b[2J\nversion: 9")
    capsys.readouterr()
    call_command("smtp_show")
    assert "user: relay\\x1b[2J\\nversion: 9\n" in capsys.readouterr().out
    with pytest.raises(CommandError, match="The saved user name cannot be used"):
        call_command("smtp_test")
