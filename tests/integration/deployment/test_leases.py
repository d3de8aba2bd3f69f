"""Leases: who holds a duty, and what happens when the holder falls silent."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from console.models import AuditEvent
from deployment.deregistration import DeregistrationRefused, deregister
from deployment.leases import TTL, epoch_of, keep, keep_duties, take
from deployment.models import ClusterLease
from deployment.personas import Persona, is_on_duty, nodes, on_duty, role_name
from deployment.promotion import PromotionRefused, promote
from tests.support.nodes import ALL_PERSONAS, add_node

pytestmark = pytest.mark.django_db
LATER = TTL + timedelta(seconds=1)


def holder(persona: Persona, now: datetime) -> str | None:
    node = on_duty(persona, now=now)
    return node.hostname if node else None


def test_the_first_node_gets_every_duty_with_epoch_one(now: datetime) -> None:
    add_node("ise3-1", now)
    assert keep_duties(ALL_PERSONAS, holder="ise3-1", now=now) == (Persona.PAN, Persona.MNT)
    assert (epoch_of(Persona.PAN), epoch_of(Persona.MNT), epoch_of(Persona.PSN)) == (1, 1, 0)
    assert is_on_duty(Persona.PAN, now=now)


def test_a_second_node_gets_nothing_while_the_first_renews(now: datetime) -> None:
    add_node("ise3-1", now)
    add_node("ise3-2", now)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=now)
    for seconds in range(0, 120, 5):
        moment = now + timedelta(seconds=seconds)
        keep_duties(ALL_PERSONAS, holder="ise3-1", now=moment)
        assert keep_duties(ALL_PERSONAS, holder="ise3-2", now=moment) == ()
    assert holder(Persona.PAN, moment) == "ise3-1"
    assert epoch_of(Persona.MNT) == 1


def test_monitoring_moves_to_the_other_node_when_the_holder_is_silent(now: datetime) -> None:
    add_node("ise3-1", now)
    add_node("ise3-2", now)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=now)
    assert keep_duties(ALL_PERSONAS, holder="ise3-2", now=now + LATER) == (Persona.MNT,)
    assert holder(Persona.MNT, now + LATER) == "ise3-2"
    assert epoch_of(Persona.MNT) == 2


def test_administration_does_not_move_by_itself(now: datetime) -> None:
    add_node("ise3-1", now)
    add_node("ise3-2", now)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=now)
    keep_duties(ALL_PERSONAS, holder="ise3-2", now=now + LATER)
    assert holder(Persona.PAN, now + LATER) is None
    assert keep("pan-primary", holder="ise3-1", now=now + 2 * LATER, may_take_over=False)
    assert holder(Persona.PAN, now + 2 * LATER) == "ise3-1"
    assert epoch_of(Persona.PAN) == 1


def test_a_holder_that_comes_back_after_a_take_over_is_no_longer_on_duty(now: datetime) -> None:
    add_node("ise3-1", now)
    add_node("ise3-2", now)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=now)
    keep_duties(ALL_PERSONAS, holder="ise3-2", now=now + LATER)
    assert keep_duties(ALL_PERSONAS, holder="ise3-1", now=now + LATER) == (Persona.PAN,)
    assert not is_on_duty(Persona.MNT, now=now + LATER)


def test_of_two_nodes_that_saw_the_same_expired_lease_one_takes_it(now: datetime) -> None:
    lease = ClusterLease.objects.create(name="mnt-active", holder="ise3-1", epoch=4, expires_at=now)
    assert take(lease, holder="ise3-2", now=now)
    assert not take(lease, holder="ise3-3", now=now)
    lease.refresh_from_db()
    assert (lease.holder, lease.epoch) == ("ise3-2", 5)


def test_every_live_psn_is_on_duty_for_itself(now: datetime, settings: Any) -> None:
    add_node("ise3-1", now)
    add_node("ise3-2", now, (Persona.PSN,))
    assert holder(Persona.PSN, now) == "ise3-1"
    settings.ISE_MAIL_NODE = "ise3-2"
    assert holder(Persona.PSN, now) == "ise3-2"


def test_another_psn_serves_while_this_one_is_silent(now: datetime) -> None:
    add_node("ise3-1", now - LATER)
    add_node("ise3-2", now, (Persona.PSN,))
    assert holder(Persona.PSN, now) == "ise3-2"
    assert holder(Persona.PSN, now + 2 * LATER) is None


def test_one_node_with_all_personas_is_standalone(now: datetime) -> None:
    add_node("ise3-1", now)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=now)
    assert [role_name(node) for node in nodes()] == ["Standalone"]


def test_two_nodes_are_primary_and_secondary_by_persona(now: datetime) -> None:
    add_node("ise3-1", now)
    add_node("ise3-2", now)
    add_node("ise3-3", now, (Persona.PSN,))
    keep("pan-primary", holder="ise3-1", now=now, may_take_over=False)
    keep("mnt-active", holder="ise3-2", now=now, may_take_over=True)
    assert [role_name(node) for node in nodes()] == [
        "Primary PAN, Secondary MnT",
        "Secondary PAN, Primary MnT",
        "",
    ]


def test_an_admin_promotes_a_live_node_and_the_audit_names_both(now: datetime) -> None:
    add_node("ise3-1", now - LATER)
    add_node("ise3-2", now)
    keep("pan-primary", holder="ise3-1", now=now - LATER, may_take_over=False)
    promote("ise3-2", persona=Persona.PAN, actor="ada", now=now)
    assert holder(Persona.PAN, now) == "ise3-2"
    assert epoch_of(Persona.PAN) == 2
    event = AuditEvent.objects.get(action="deployment.promote")
    assert (event.actor, event.before, event.after) == ("ada", {"holder": "ise3-1"}, {"holder": "ise3-2"})


@pytest.mark.parametrize(
    ("hostname", "reason"),
    [("ise3-9", "no node ise3-9"), ("ise3-2", "silent"), ("ise3-3", "does not have the persona PAN")],
)
def test_a_node_that_could_not_do_the_duty_is_not_promoted(now: datetime, hostname: str, reason: str) -> None:
    add_node("ise3-2", now - LATER)
    add_node("ise3-3", now, (Persona.PSN,))
    with pytest.raises(PromotionRefused, match=reason):
        promote(hostname, persona=Persona.PAN, actor="ada", now=now)
    assert not ClusterLease.objects.exists()


def test_the_duties_of_a_deregistered_node_go_to_the_next_one(now: datetime) -> None:
    add_node("ise3-1", now - LATER)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=now - LATER)
    assert deregister("ise3-1", actor="ada", now=now) == ["mnt-active", "pan-primary"]
    assert nodes() == []
    add_node("ise3-2", now)
    assert keep_duties(ALL_PERSONAS, holder="ise3-2", now=now) == (Persona.PAN, Persona.MNT)
    assert (holder(Persona.PAN, now), epoch_of(Persona.PAN)) == ("ise3-2", 2)
    event = AuditEvent.objects.get(action="deployment.deregister")
    assert (event.actor, event.target) == ("ada", "ise3-1")


def test_a_node_that_still_runs_or_does_not_exist_is_not_deregistered(now: datetime) -> None:
    add_node("ise3-1", now)
    with pytest.raises(DeregistrationRefused, match="still runs"):
        deregister("ise3-1", actor="ada", now=now)
    with pytest.raises(DeregistrationRefused, match="no node ise3-9"):
        deregister("ise3-9", actor="ada", now=now)
    assert len(nodes()) == 1
