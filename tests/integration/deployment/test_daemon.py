"""What one round of the node's daemon leaves behind."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from deployment import heartbeat, readiness
from deployment.checks import check_node
from deployment.daemon import Daemon
from deployment.models import Node, PeriodicRun
from deployment.personas import Persona, nodes, on_duty, this_node

pytestmark = pytest.mark.django_db


def test_one_round_registers_the_node_takes_its_duties_and_runs_what_is_due() -> None:
    call_command("notifyd", "--once")
    node = this_node()
    assert (node.hostname, node.fqdn, node.is_registered) == ("ise3-1", "ise3-1.testlab.com", True)
    assert node.personas == (Persona.PAN, Persona.MNT, Persona.PSN)
    assert node.is_heard(timezone.now())
    assert on_duty(Persona.PAN, now=timezone.now()) == node
    assert PeriodicRun.objects.filter(job="deployment.forget-old-runs", owner="ise3-1").exists()


def test_a_daemon_keeps_the_personas_that_the_worker_registered(now: datetime) -> None:
    heartbeat.register(personas=(Persona.PSN,), now=now)
    call_command("notifyd", "--once")
    assert this_node().personas == (Persona.PSN,)
    assert on_duty(Persona.PAN, now=timezone.now()) is None


def test_a_node_whose_round_does_not_end_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = Daemon()
    monkeypatch.setattr(daemon, "_round_began", -10_000.0)
    daemon.beat()
    assert not Node.objects.exists()


def test_an_unregistered_process_describes_itself_from_its_settings() -> None:
    node = this_node()
    assert (node.hostname, node.is_registered, node.heard_at) == ("ise3-1", False, None)
    assert nodes() == []


def test_readiness_names_what_is_silent(now: datetime) -> None:
    assert "notifyd" in str(readiness.check_daemon())
    assert "run_node" in str(readiness.check_worker())
    heartbeat.register(personas=(Persona.PSN,), now=now)
    heartbeat.stamp_daemon(timezone.now())
    heartbeat.stamp_worker(timezone.now() - timedelta(seconds=31))
    assert readiness.check_daemon() is None
    assert "run_node" in str(readiness.check_worker())
    heartbeat.stamp_worker(timezone.now())
    assert readiness.check_worker() is None


def test_readiness_tries_a_write_and_leaves_nothing() -> None:
    assert readiness.check_database() is None
    assert readiness.check_migrations() is None


def test_the_nodes_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("notifyd", "--once")
    call_command("node_list", "--json")
    (node,) = json.loads(capsys.readouterr().out)["nodes"]
    assert (node["hostname"], node["role"], node["is_heard"]) == ("ise3-1", "Standalone", True)
    assert (node["is_listening"], node["worker_heard_at"]) == (False, None)


@pytest.mark.parametrize(
    ("personas", "node", "ids"),
    [
        (["pan"], "ise3-1", []),
        (["pan", "pxgrid"], "ise3-1", ["deployment.E001"]),
        ([], "ise3-1", ["deployment.E001"]),
        (["pan"], "ise3_1.testlab.com", ["deployment.E002"]),
        ([], "", ["deployment.E001", "deployment.E002"]),
    ],
)
def test_a_node_with_a_wrong_name_or_persona_does_not_start(
    settings: Any, personas: list[str], node: str, ids: list[str]
) -> None:
    settings.ISE_MAIL_PERSONAS, settings.ISE_MAIL_NODE = personas, node
    assert [message.id for message in check_node(None)] == ids
