"""Counting in the database."""

from datetime import datetime, timedelta

import pytest

from console import ratelimit

pytestmark = pytest.mark.django_db


def test_the_fourth_of_three_is_refused(now: datetime) -> None:
    taken = [ratelimit.take(key="mail:gita", limit=3, per_seconds=3600, now=now) for _ in range(4)]

    assert taken == [True, True, True, False]


def test_another_key_counts_for_itself(now: datetime) -> None:
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now)
    assert ratelimit.take(key="b", limit=1, per_seconds=60, now=now)


def test_a_window_that_has_passed_counts_anew(now: datetime) -> None:
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now)
    assert not ratelimit.take(key="a", limit=1, per_seconds=60, now=now + timedelta(seconds=59))
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now + timedelta(seconds=60))


def test_a_clock_set_back_does_not_shut_the_gate_for_ever(now: datetime) -> None:
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now)
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now - timedelta(hours=1))


def test_old_windows_can_be_forgotten(now: datetime) -> None:
    ratelimit.take(key="a", limit=1, per_seconds=60, now=now)

    assert ratelimit.forget_before(now + timedelta(seconds=1)) == 1


def test_whoever_waited_for_others_does_not_begin_a_new_window(now: datetime) -> None:
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now)
    assert not ratelimit.take(key="a", limit=1, per_seconds=60, now=now - timedelta(seconds=2))


def test_a_clock_set_far_back_does_not_shut_the_door_for_good(now: datetime) -> None:
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now)
    assert ratelimit.take(key="a", limit=1, per_seconds=60, now=now - timedelta(hours=1))
