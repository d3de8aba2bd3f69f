"""A node whose key ring lacks a key in use does not start."""

import importlib.util
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from console import audit, secrets
from deployment import keys, readiness
from deployment.models import Node

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_ring(settings: Any, tmp_path: Path, now: datetime) -> str:
    """Write an audit row under the suite's ring, then give the node another one; return the lost key's id."""
    with transaction.atomic():
        audit.record(actor="ada", action="test.save", target="x", now=now)
    lost = secrets.ring().ids[0]
    settings.ISE_MAIL_KEYRING = tmp_path / "keyring"
    settings.ISE_MAIL_KEYRING.write_text(secrets.new_ring_line())
    return lost


def test_a_ring_with_every_key_in_use_is_whole(now: datetime) -> None:
    with transaction.atomic():
        audit.record(actor="ada", action="test.save", target="x", now=now)
    keys.require_all()


def test_the_sentence_names_the_node_the_key_and_what_needs_it(other_ring: str) -> None:
    with pytest.raises(keys.RingIncomplete) as caught:
        keys.require_all()
    assert f"{other_ring} (audit)" in str(caught.value)
    assert "ise3-1" in str(caught.value)


@pytest.mark.parametrize("command", [("run_node",), ("notifyd", "--once")])
def test_worker_and_daemon_refuse_to_start(other_ring: str, command: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=other_ring):
        call_command(*command)
    assert not Node.objects.exists()


def test_the_web_process_refuses_to_start(other_ring: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = importlib.util.find_spec("ise_mail.wsgi")
    assert found is not None and found.loader is not None
    with pytest.raises(SystemExit) as ended:
        found.loader.exec_module(importlib.util.module_from_spec(found))
    assert ended.value.code == 3
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "lacks keys that are in use" in sentence and other_ring in sentence


def test_every_app_that_seals_is_asked(other_ring: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_sources", dict(keys._sources))
    keys.register_source("mail server password", lambda: [other_ring, "k0", ""])
    assert keys.missing()[other_ring] == ["audit", "mail server password"]
    assert keys.missing()["k0"] == ["mail server password"]
    assert "" not in keys.missing()


def test_readiness_says_when_the_ring_cannot_be_read(settings: Any, tmp_path: Path) -> None:
    assert readiness.check_key_ring() is None
    settings.ISE_MAIL_KEYRING = tmp_path / "nowhere"
    assert "cannot be read" in str(readiness.check_key_ring())
