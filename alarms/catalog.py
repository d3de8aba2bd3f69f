"""The Alarms page's rows: what is active or was, in words, a page at a time."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from alarms.models import Alarm
from alarms.rules import RULES, Severity
from console import moments

PAGE_SIZE = 50
SHOWN = ("active", "cleared")


@dataclass(frozen=True)
class AlarmRow:
    """One alarm with the words for it in the active language."""

    alarm: Alarm
    label: Any
    severity: Severity
    details: str
    remedy: Any


@dataclass(frozen=True)
class Catalog:
    """One page of alarms with the figures of both lists."""

    show: str
    page: Page[Alarm]
    rows: tuple[AlarmRow, ...]
    active_count: int
    cleared_count: int


def load(*, show: str, page: str) -> Catalog:
    """Return a page of the active or the cleared alarms; an unknown word shows the active ones."""
    shown = show if show in SHOWN else SHOWN[0]
    active, cleared = Alarm.objects.active(), Alarm.objects.cleared()
    found = Paginator(active if shown == "active" else cleared, PAGE_SIZE).get_page(page)
    return Catalog(
        show=shown,
        page=found,
        rows=tuple(_row(alarm) for alarm in found.object_list),
        active_count=active.count(),
        cleared_count=cleared.count(),
    )


def active_count() -> str:
    """Return how many alarms are active, for the dashboard."""
    return str(Alarm.objects.active().count())


def _row(alarm: Alarm) -> AlarmRow:
    rule = RULES[alarm.rule]
    return AlarmRow(
        alarm=alarm,
        label=rule.label,
        severity=Severity(alarm.severity),
        details=rule.describe(alarm.subject_name, moments.brief(alarm.deadline)),
        remedy=rule.remedy,
    )
