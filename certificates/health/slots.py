"""When the next periodic check is due: a time of the day, and then every so many hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_slot(after: datetime, *, first_at: time, every_hours: int, zone: ZoneInfo) -> datetime:
    """Return the first slot later than a moment, in UTC.

    Each local day begins anew with its first check; the others follow in real hours, so that a day on which
    the clocks change has one check more or less, and none is made twice.
    """
    today = after.astimezone(zone).date()
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        slot, end = _start(day, first_at, zone), _start(day + timedelta(days=1), first_at, zone)
        while slot < end:
            if slot > after:
                return slot
            slot += timedelta(hours=every_hours)
    return _start(today + timedelta(days=2), first_at, zone)


def _start(day: date, first_at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, first_at, zone).astimezone(UTC)
