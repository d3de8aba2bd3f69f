"""Moments in words, in the server's time zone, which they name: brief for the console, in full elsewhere."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import get_language

_BRIEF_DATES = {"fr": "j N Y"}
_FULL = {"fr": "j F Y \\à H:i"}
_FULL_OF_A_FIRST = {"fr": "j\\e\\r F Y \\à H:i"}


def brief(moment: datetime) -> str:
    """Return a moment to the second as the console writes it: "24 Nov 2026 09:14:07 UTC"."""
    local = timezone.localtime(moment)
    return f"{brief_date(moment)} {local:%H:%M:%S} {zone_name(moment)}"


def brief_date(moment: datetime) -> str:
    """Return the date with its month in letters, so that nobody takes the month for the day."""
    return formats.date_format(timezone.localtime(moment), _BRIEF_DATES.get(_language(), "j M Y"))


def in_full(moment: datetime) -> str:
    """Return a moment as portals and mails write it, to the minute: "24 November 2026, 09:14 UTC"."""
    local = timezone.localtime(moment)
    full = _FULL.get(_language(), "j F Y, H:i")
    style = _FULL_OF_A_FIRST.get(_language(), full) if local.day == 1 else full
    return f"{formats.date_format(local, style)} {zone_name(moment)}"


def clock_time(moment: datetime) -> str:
    """Return the time of day alone, to the minute: "09:14 UTC"."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M} {zone_name(moment)}"


def zone_name(moment: datetime) -> str:
    """Return the short name that the server's zone has at a moment; one without letters as UTC+05."""
    name = timezone.localtime(moment).tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def _language() -> str:
    return (get_language() or "")[:2]
