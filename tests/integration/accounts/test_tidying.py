"""Tidying deletes what is over and nothing that still counts."""

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.tidying import forget_what_is_over
from console import ratelimit
from console.models import RateWindow
from tests.support import people

pytestmark = pytest.mark.django_db


def test_ended_sessions_and_spent_counters_go_and_the_others_stay(now: datetime) -> None:
    client = people.client_for(people.ada())
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(seconds=1))
    Client().post("/sign-in/", {"login": "old", "password": "wrong"})
    AccessAttempt.objects.update(attempt_time=now - timedelta(minutes=16))
    Client().post("/sign-in/", {"login": "new", "password": "wrong"})
    RateWindow.objects.all().delete()
    ratelimit.take(key="old", limit=1, per_seconds=60, now=now - timedelta(days=3))
    ratelimit.take(key="new", limit=1, per_seconds=60, now=now)
    # The second wrong password has already swept the first one's counter away.
    assert AccessAttempt.objects.count() == 1
    AccessAttempt.objects.update(attempt_time=now - timedelta(minutes=16))
    assert forget_what_is_over(now) == 3
    assert client.get("/password/change/").status_code == 200
    assert list(RateWindow.objects.values_list("key", flat=True)) == ["new"]
    assert not AccessAttempt.objects.exists()
