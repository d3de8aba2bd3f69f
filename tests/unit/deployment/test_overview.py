"""How long ago, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from deployment.overview import ago

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(seconds=1), "1 second ago"),
        (timedelta(seconds=59), "59 seconds ago"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(hours=48), "2 days ago"),
        (timedelta(seconds=-3), "0 seconds ago"),
    ],
)
def test_the_largest_whole_unit_is_shown(since: timedelta, words: str) -> None:
    assert ago(NOW - since, NOW) == words


def test_a_node_that_was_never_heard_of_says_never() -> None:
    assert ago(None, NOW) == "never"
