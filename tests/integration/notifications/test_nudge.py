"""Waking workers through brokers that are gone, silent or well."""

import socket

import pytest
from celery import current_app
from django.db import transaction

from deployment.personas import Persona
from notifications import nudge, outbox
from notifications.categories import ALARM
from notifications.models import OutgoingMail


@pytest.fixture
def broker_at(monkeypatch):
    """Point the Celery app at another broker, with a breaker that knows nothing yet."""

    def point(url):
        monkeypatch.setattr(current_app.conf, "broker_url", url)
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)
        monkeypatch.setattr(nudge, "breaker", nudge.BrokerBreaker())

    return point


@pytest.fixture
def silent_port():
    """A port that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port():
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_posted_although_nobody_listens_at_the_brokers_port(broker_at, closed_port, now):
    broker_at(f"redis://127.0.0.1:{closed_port}/0")
    outbox.post(category=ALARM, to="ada@testlab.com", values={}, language="en", reference="x", now=now)
    assert OutgoingMail.objects.filter(state="QUEUED").count() == 1
    assert nudge.breaker.seconds_gone() > 0


def test_a_silent_broker_is_asked_once_and_then_left_alone(broker_at, silent_port):
    broker_at(f"redis://127.0.0.1:{silent_port}/0")
    assert nudge.nudge(Persona.PSN) is False
    assert nudge.breaker.may_ask() is False


def test_a_broken_broker_is_asked_again_by_one_caller_after_the_pause():
    clock = [0.0]
    breaker = nudge.BrokerBreaker(clock=lambda: clock[0])
    breaker.failed()
    clock[0] = 29.9
    assert not breaker.may_ask()
    clock[0] = 30.0
    assert breaker.may_ask()
    assert not breaker.may_ask()
    assert breaker.seconds_gone() == 30.0
    breaker.answered()
    assert breaker.may_ask() and breaker.seconds_gone() == 0.0


@pytest.mark.django_db(transaction=True)
def test_many_mails_of_one_commit_wake_the_workers_once_and_a_rolled_back_savepoint_wakes_nobody(
    monkeypatch, now
):
    woken = []
    monkeypatch.setattr(nudge, "breaker", nudge.BrokerBreaker())
    monkeypatch.setattr(nudge, "_publish", woken.append)

    def post():
        outbox.post(category=ALARM, to="ada@testlab.com", values={}, language="en", reference="x", now=now)

    def post_in_vain():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            post()
            _ = 1 / 0

    with transaction.atomic():
        post_in_vain()
        post()
        post()
        with transaction.atomic():
            post()
    assert woken == [Persona.MNT]
    with transaction.atomic():
        post_in_vain()
    assert woken == [Persona.MNT]
    post()
    assert woken == [Persona.MNT] * 2
