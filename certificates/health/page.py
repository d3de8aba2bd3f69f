"""What the page Certificate periodic check settings shows besides its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from certificates.health import periodic, schedule
from certificates.health.periodic import Checked
from certificates.models import CheckSettings


@dataclass(frozen=True)
class CheckPage:
    """The settings with what is due, and what the last check said about each chain in use."""

    settings: CheckSettings
    results: tuple[Checked, ...]
    is_running: bool
    is_due: bool

    @property
    def is_under_way(self) -> bool:
        """Whether a check runs, or waits for a worker."""
        return self.is_running or self.is_due


def check_page(*, now: datetime) -> CheckPage:
    """Collect what the page shows at `now`."""
    row = schedule.current(now=now)
    return CheckPage(
        settings=row,
        results=tuple(periodic.last_results()),
        is_running=schedule.is_running(row, now=now),
        is_due=row.due_at is not None and row.due_at <= now,
    )
