"""What the set-up hands to the supervisor."""

import dataclasses
from pathlib import Path

import pytest

from sandbox import installation
from sandbox.coordinates import Coordinates
from sandbox.installation import Passwords, Wishes
from sandbox.plan import Plan, from_json, to_json

RELAY = Coordinates("127.0.0.1", 2587, 2465, "mailer", "relay-s3cret")


@pytest.fixture
def wishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wishes:
    for name in ("ISE_MAIL_PUBLIC_URL", "REDIS_URL", "ISE_MAIL_EGRESS_ALLOW", "ISE_MAIL_ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return Wishes(data=tmp_path, root=tmp_path, host="127.0.0.1", port=None, has_sandbox=True)


def plan_for(wishes: Wishes, *, relay: Coordinates | None, passwords: Passwords) -> Plan:
    return installation.plan(wishes, port=8000, relay=relay, personas="pan,mnt,psn", passwords=passwords)


def test_a_plan_survives_the_way_through_json(wishes: Wishes) -> None:
    plan = plan_for(wishes, relay=RELAY, passwords=Passwords("first", "second"))
    assert from_json(to_json(plan)) == plan


def test_the_outbound_gate_is_opened_for_the_sandbox_relay_alone(wishes: Wishes) -> None:
    none = Passwords(None, None)
    with_relay = plan_for(wishes, relay=RELAY, passwords=none).environment
    without = plan_for(dataclasses.replace(wishes, has_sandbox=False), relay=None, passwords=none).environment
    assert with_relay["ISE_MAIL_EGRESS_ALLOW"] == "localhost:2587,localhost:2465"
    assert "ISE_MAIL_EGRESS_ALLOW" not in without
    assert without["ISE_MAIL_SANDBOX"] == "0"


def test_what_the_caller_allows_to_reach_stays_allowed(
    wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISE_MAIL_EGRESS_ALLOW", "127.0.0.1:1025")
    environment = plan_for(wishes, relay=RELAY, passwords=Passwords(None, None)).environment
    assert environment["ISE_MAIL_EGRESS_ALLOW"].split(",")[0] == "127.0.0.1:1025"


def test_the_programs_are_those_of_a_standalone_node(wishes: Wishes) -> None:
    none = Passwords(None, None)
    with_relay = plan_for(wishes, relay=RELAY, passwords=none)
    assert [program.name for program in with_relay.programs] == ["web", "worker", "notifyd", "relay"]
    assert [program.name for program in plan_for(wishes, relay=None, passwords=none).programs] == [
        "web",
        "worker",
        "notifyd",
    ]


def test_a_broker_that_the_caller_names_is_used_and_none_is_started(
    wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://broker.testlab.com:6379/0")
    plan = plan_for(wishes, relay=RELAY, passwords=Passwords(None, None))
    assert plan.broker is None
    assert plan.environment["REDIS_URL"] == "redis://broker.testlab.com:6379/0"


def test_first_passwords_stand_in_the_box_and_nowhere_in_the_environment(wishes: Wishes) -> None:
    plan = plan_for(wishes, relay=RELAY, passwords=Passwords("adm1n-once", "spons0r-once"))
    box = "\n".join(text for _, text in plan.box)
    assert "adm1n-once" in box
    assert "spons0r-once" in box
    assert not {"adm1n-once", "spons0r-once"} & set(plan.environment.values())
    assert "once" not in repr(plan)


def test_a_later_start_asks_for_the_password_that_was_chosen(wishes: Wishes) -> None:
    box = plan_for(wishes, relay=RELAY, passwords=Passwords(None, None)).box
    assert ("Sign in", "as admin, with the password you chose") in box


def test_every_name_of_this_machine_is_allowed_when_it_listens_on_all_addresses(wishes: Wishes) -> None:
    everywhere = dataclasses.replace(wishes, host="0.0.0.0")
    environment = plan_for(everywhere, relay=None, passwords=Passwords(None, None)).environment
    allowed = environment["ISE_MAIL_ALLOWED_HOSTS"].split(",")
    assert {"localhost", "127.0.0.1"} <= set(allowed)
    assert "*" not in allowed
