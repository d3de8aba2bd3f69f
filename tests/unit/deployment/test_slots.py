"""Slots of periodic jobs."""

from datetime import UTC, datetime

import pytest

from deployment.scheduler import slot_of


@pytest.mark.parametrize(
    ("moment", "period_seconds", "expected"),
    [
        (datetime(2026, 11, 24, 8, 0, 59, tzinfo=UTC), 60, datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 8, 1, 0, tzinfo=UTC), 60, datetime(2026, 11, 24, 8, 1, tzinfo=UTC)),
        (datetime(2026, 11, 24, 8, 59, 59, 999_999, tzinfo=UTC), 3600, datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), 86_400, datetime(2026, 11, 24, tzinfo=UTC)),
    ],
)
def test_a_moment_falls_into_the_slot_that_began_last(
    moment: datetime, period_seconds: int, expected: datetime
) -> None:
    assert slot_of(moment, period_seconds) == expected
