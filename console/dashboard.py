"""What the dashboard shows one visitor: the first-run checklist, what is not well, and the figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from console import audit, checklist, health
from console.models import AuditEvent

_DISMISSED = "checklist.dismiss"


@dataclass(frozen=True)
class StepState:
    """One step of the checklist as it stands now; the first one not done is the next."""

    step: checklist.Step
    is_done: bool
    is_next: bool


@dataclass(frozen=True)
class Figure:
    """One figure with the page that explains it."""

    label: Any
    url_name: str
    value: str


@dataclass(frozen=True)
class Overview:
    """The dashboard's whole content."""

    steps: tuple[StepState, ...]
    faults: dict[str, str]
    notices: dict[str, str]
    figures: tuple[Figure, ...]

    @property
    def done_count(self) -> int:
        """How many steps are done."""
        return sum(state.is_done for state in self.steps)

    @property
    def is_finished(self) -> bool:
        """Whether every step is done."""
        return self.done_count == len(self.steps)


def overview(*, may: Callable[[str], bool]) -> Overview:
    """Return the dashboard for a visitor; `may` says whether they hold a permission.

    A checklist that was finished and then dismissed stays away until a step is undone.
    """
    steps = _step_states()
    is_finished = all(state.is_done for state in steps)
    if is_finished and AuditEvent.objects.filter(action=_DISMISSED).exists():
        steps = ()
    figures = tuple(
        Figure(gauge.label, gauge.url_name, gauge.value())
        for gauge in health.gauges()
        if not gauge.permission or may(gauge.permission)
    )
    return Overview(steps, health.faults(), health.notices(), figures)


def dismiss_checklist(*, actor: str, now: datetime, address: str = "") -> bool:
    """Put the finished checklist away for everybody and return True; an unfinished one stays."""
    if not all(state.is_done for state in _step_states()):
        return False
    with transaction.atomic():
        audit.record(actor=actor, action=_DISMISSED, target="checklist", now=now, address=address)
    return True


def _step_states() -> tuple[StepState, ...]:
    done = [(step, step.is_done()) for step in checklist.steps()]
    first_open = next((step.key for step, is_done in done if not is_done), "")
    return tuple(StepState(step, is_done, step.key == first_open) for step, is_done in done)
