"""What holds for every management command: its exit codes in --help, and no row under a foreign key ring."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import transaction

from console import audit, secrets
from console.models import AuditEvent

OWN_APPS = {"accounts", "certificates", "deployment", "notifications", "sandbox"}
COMMANDS = sorted(name for name, app in get_commands().items() if app in OWN_APPS)
WRITING = [
    ("smtp_set", "--host", "mail.testlab.com"),
    ("smtp_test", "--host", "mail.testlab.com"),
    ("trust_import", "nowhere.pem", "--for", "infrastructure"),
    ("user_add", "ada", "--group", "Super Admin", "--password-file", "nowhere"),
    ("user_unlock", "ada"),
    ("outbox", "resend", "0b1f9d0e-3c39-4f0e-8f3b-0a4a4c6f0a11"),
    ("send_test_mail", "gita@guest.example"),
    ("node_promote", "ise3-1"),
    ("node_deregister", "ise3-1"),
    ("run_node",),
    ("notifyd", "--once"),
]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_the_exit_codes(name: str) -> None:
    app = get_commands()[name]
    command = load_command_class(app if isinstance(app, str) else app.__module__, name)
    _, _, told = command.create_parser("manage.py", name).format_help().partition("exit codes:\n")
    assert told.split()[0] == "0"
    assert "69  the database takes no connection" in told


def test_every_app_of_the_project_is_walked() -> None:
    assert {name for name in OWN_APPS if apps.is_installed(name)} == OWN_APPS
    assert len(COMMANDS) >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[0])
def test_a_foreign_key_ring_is_refused_before_anything_is_written(
    words: tuple[str, ...], settings: Any, tmp_path: Path, now: Any
) -> None:
    with transaction.atomic():
        audit.record(actor="ada", action="test.save", target="x", now=now)
    settings.ISE_MAIL_KEYRING = tmp_path / "keyring"
    settings.ISE_MAIL_KEYRING.write_text(secrets.new_ring_line())
    with pytest.raises(CommandError, match="lacks keys that are in use") as refused:
        call_command(*words)
    assert refused.value.returncode == 2
    assert AuditEvent.objects.count() == 1
