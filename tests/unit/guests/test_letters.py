"""Durations and times in words."""

from datetime import UTC, datetime, timedelta

import pytest

from guests.letters import duration_in_words, time_left
from guests.lifecycle import Duration, Unit

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3), "3 days"),
        (timedelta(days=3, minutes=-4), "3 days"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=2, minutes=-1), "48 hours"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=-5), "0 minutes"),
    ],
)
def test_the_time_left_is_given_in_the_unit_that_fits(left: timedelta, words: str) -> None:
    assert time_left(NOW + left, now=NOW) == words


def test_one_day_is_not_one_days() -> None:
    assert duration_in_words(Duration(1, Unit.DAYS)) == "1 day"
