"""When the next periodic check is due."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from certificates.health.slots import next_slot

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "first_at", "every", "expected"),
    [
        ("2026-11-24T01:00", time(2, 30), 24, "2026-11-24T02:30"),
        ("2026-11-24T02:30", time(2, 30), 24, "2026-11-25T02:30"),
        ("2026-11-24T03:00", time(2, 30), 6, "2026-11-24T08:30"),
        ("2026-11-24T23:00", time(2, 30), 6, "2026-11-25T02:30"),
        ("2026-11-24T01:00", time(2, 30), 6, "2026-11-24T02:30"),
        ("2026-11-24T23:59", time(0, 0), 1, "2026-11-25T00:00"),
        ("2026-11-24T20:00", time(2, 0), 5, "2026-11-24T22:00"),
        ("2026-11-24T22:00", time(2, 0), 5, "2026-11-25T02:00"),
        ("2026-12-31T23:30", time(23, 0), 24, "2027-01-01T23:00"),
    ],
)
def test_a_day_begins_with_its_first_check_and_goes_on_in_hours(
    after: str, first_at: time, every: int, expected: str
) -> None:
    found = next_slot(at(after), first_at=first_at, every_hours=every, zone=ZoneInfo("UTC"))
    assert found == at(expected)


def test_the_time_of_the_day_is_that_of_the_time_zone() -> None:
    winter = next_slot(at("2026-11-24T00:00"), first_at=time(2, 0), every_hours=24, zone=PARIS)
    summer = next_slot(at("2026-07-01T00:00"), first_at=time(3, 0), every_hours=24, zone=PARIS)
    assert (winter, summer) == (at("2026-11-24T01:00"), at("2026-07-01T01:00"))


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"], ids=["forward", "back"])
@pytest.mark.parametrize("every", [1, 3, 5, 24])
def test_no_slot_is_met_twice_or_skipped_when_the_clocks_change(day: str, every: int) -> None:
    moment, end = at(f"{day}T00:00"), at(f"{day}T00:00") + timedelta(days=3)
    slots = []
    while moment < end:
        moment = next_slot(moment, first_at=time(2, 30), every_hours=every, zone=PARIS)
        slots.append(moment)
    gaps = [later - earlier for earlier, later in itertools.pairwise(slots)]
    longest = timedelta(hours=25) if every == 24 else timedelta(hours=every)
    assert all(timedelta(0) < gap <= longest for gap in gaps)
    local = [slot.astimezone(PARIS).strftime("%H:%M") for slot in slots]
    assert local.count("02:30") + local.count("03:30") >= 3


def test_every_minute_of_a_year_has_a_later_slot() -> None:
    moment = at("2026-01-01T00:00")
    for _day in range(366):
        slot = next_slot(moment, first_at=time(12, 0), every_hours=7, zone=PARIS)
        assert moment < slot <= moment + timedelta(hours=25)
        moment += timedelta(days=1, minutes=3)
