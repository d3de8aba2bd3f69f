"""The daemon's watch over due mail, and how it tells a dead process from a living one."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from deployment import leases
from deployment.personas import Persona
from notifications import claims, nudge, outbox, owner, rechecks, relay, sweeps, wakeup
from notifications.categories import GUEST_CREDENTIALS, TEST_MAIL
from notifications.mail.states import State
from notifications.models import OutgoingMail
from notifications.smtp.settings import ServerSettings
from tests.support.nodes import add_node
from tests.support.smtpd import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(now):
    with SmtpServer() as running:
        relay.save(
            server=ServerSettings("127.0.0.1", running.port, timeout_seconds=5),
            keep_password=False,
            allow_cleartext_password=False,
            actor="ada",
            now=now,
            is_bound_by_egress=False,
        )
        yield running


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A watch that has seen nothing, a broker that answers, and mails that nobody rechecks."""
    woken = []
    monkeypatch.setattr(wakeup, "_watch", wakeup.Watch())
    monkeypatch.setattr(nudge, "breaker", nudge.BrokerBreaker())
    monkeypatch.setattr(nudge, "_publish", woken.append)
    monkeypatch.setattr(rechecks, "_rechecks", {})
    return woken


def post(now, **changes):
    wanted = {
        "category": GUEST_CREDENTIALS,
        "to": "gita@guest.example",
        "values": {"ui_user_name": "x"},
        "secret_values": {"ui_password": "x"},
        "language": "en",
        "reference": "guest:1",
        "now": now,
    }
    return outbox.post(**{**wanted, **changes})


def state(posted):
    return OutgoingMail.objects.get(pk=posted.id).state


def test_the_workers_of_a_persona_with_due_mail_are_woken_and_no_others(server, fresh, now):
    post(now)
    fresh.clear()
    wakeup.wake(now)
    assert fresh == [Persona.PSN]


def test_nobody_is_woken_without_a_relay_or_for_mail_of_another_nodes_duty(server, fresh, now):
    add_node("ise3-2", now)
    leases.keep_duties((Persona.PAN,), holder="ise3-2", now=now)
    post(now, category=TEST_MAIL, values={"node_name": "x"}, secret_values={})
    fresh.clear()
    wakeup.wake(now)
    assert fresh == []
    post(now)
    fresh.clear()
    type(relay.current()).objects.all().delete()
    wakeup.wake(now)
    assert fresh == []


def test_mail_that_no_worker_touches_for_twenty_seconds_is_sent_by_the_daemon(server, now):
    posted = post(now)
    wakeup.wake(now)
    wakeup.wake(now + timedelta(seconds=19))
    assert state(posted) == State.QUEUED
    wakeup.wake(now + timedelta(seconds=20))
    assert state(posted) == State.SENT
    assert len(server.messages) == 1


def test_a_long_queue_on_which_somebody_works_is_left_to_the_workers(server, now):
    first, second = post(now), post(now + timedelta(seconds=1))
    wakeup.wake(now + timedelta(seconds=1))
    OutgoingMail.objects.filter(pk=first.id).update(
        state=State.SENT, sent_at=now, values_sealed="", secrets_sealed=""
    )
    wakeup.wake(now + timedelta(seconds=25))
    assert state(second) == State.QUEUED


def test_mail_is_sent_by_the_daemon_when_the_broker_has_been_gone_for_half_a_minute(server, now, monkeypatch):
    clock = [0.0]
    breaker = nudge.BrokerBreaker(clock=lambda: clock[0])
    breaker.failed()
    monkeypatch.setattr(nudge, "breaker", breaker)
    monkeypatch.setattr(breaker, "answered", lambda: None)
    posted = post(now)
    wakeup.wake(now)
    assert state(posted) == State.QUEUED
    clock[0] = 31.0
    wakeup.wake(now)
    assert state(posted) == State.SENT


def test_a_process_that_runs_is_not_taken_for_dead_and_one_that_ended_is():
    assert not owner.is_surely_gone(owner.this_owner())
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    parts = owner.this_owner().split("/")
    name = "/".join([*parts[:2], str(child.pid), owner._started(child.pid), "1"])
    assert not owner.is_surely_gone(name)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert owner.is_surely_gone(name)
    child.communicate()
    assert owner.is_surely_gone(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "somebody",
        "other/boot/1/1/1",
        f"{settings.ISE_MAIL_NODE}/another-boot/1/1/1",
        f"{settings.ISE_MAIL_NODE}//1/1/1",
    ],
)
def test_a_process_that_cannot_be_seen_from_here_is_not_taken_for_dead(name):
    assert not owner.is_surely_gone(name)


def test_the_mails_of_a_process_that_died_on_this_node_do_not_wait_for_the_end_of_its_lease(now):
    posted = post(now)
    parts = owner.this_owner().split("/")
    dead = "/".join([*parts[:2], str(os.getpid()), "started-at-another-time", "1"])
    lease = claims.Lease(dead, "ise3-1", 120)
    assert claims.claim(Persona.PSN, lease=lease, limit=1, taken=0, now=now)
    assert sweeps.reclaim(timezone.now()) == 1
    assert state(posted) == State.QUEUED
    mail = OutgoingMail.objects.get()
    assert (mail.crashes, mail.tries.get().process) == (1, f"ise3-1 pid {os.getpid()}")
