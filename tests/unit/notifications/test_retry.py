"""When a mail is tried again."""

import pytest

from notifications.mail.retry import PATIENT, URGENT, delay_seconds, is_spent, pause_seconds


def longest(policy, attempts):
    return delay_seconds(policy, attempts, random=lambda: 1.0)


def test_the_delay_doubles_from_fifteen_seconds_up_to_half_an_hour():
    assert [longest(URGENT, n) for n in (1, 2, 3, 8, 60)] == [15, 30, 60, 1800, 1800]


def test_a_reminder_waits_five_minutes_to_four_hours():
    assert [longest(PATIENT, n) for n in (1, 2, 7, 60)] == [300, 600, 14400, 14400]


@pytest.mark.parametrize("share", [0.0, 0.25, 0.99])
def test_jitter_spreads_a_crowd_over_the_whole_delay(share):
    assert delay_seconds(URGENT, 5, random=lambda: share) == max(1.0, 240 * share)


def test_the_attempts_are_spent_when_as_many_were_made():
    assert not is_spent(URGENT, URGENT.max_attempts - 1)
    assert is_spent(URGENT, URGENT.max_attempts)


def test_a_dead_relay_is_left_alone_for_thirty_seconds_after_three_failures_and_five_minutes_at_most():
    assert pause_seconds(3) == 30
    assert pause_seconds(1) < pause_seconds(2) < 30
    assert pause_seconds(7) == pause_seconds(1000) == 300
