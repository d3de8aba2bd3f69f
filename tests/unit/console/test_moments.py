"""Moments in words: one brief style for the console, one full style for portals and mails."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from console import moments

NOON = datetime(2026, 11, 24, 12, 5, 9, tzinfo=UTC)
FIRST = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "moment", "brief", "full"),
    [
        ("UTC", "en", NOON, "24 Nov 2026 12:05:09 UTC", "24 November 2026, 12:05 UTC"),
        ("Europe/Paris", "fr", NOON, "24 nov. 2026 13:05:09 CET", "24 novembre 2026 à 13:05 CET"),
        ("Europe/Paris", "fr", FIRST, "1 déc. 2026 09:00:00 CET", "1er décembre 2026 à 09:00 CET"),
        ("Asia/Dubai", "en", FIRST, "1 Dec 2026 12:00:00 UTC+04", "1 December 2026, 12:00 UTC+04"),
    ],
)
def test_a_moment_is_written_in_the_language_of_the_reader_and_names_its_zone(
    zone: str, language: str, moment: datetime, brief: str, full: str
) -> None:
    with timezone.override(zone), translation.override(language):
        assert (moments.brief(moment), moments.in_full(moment)) == (brief, full)


def test_a_time_of_day_names_its_zone() -> None:
    with timezone.override("Europe/Paris"):
        assert moments.clock_time(NOON) == "13:05 CET"
