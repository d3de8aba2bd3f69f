"""The first-run checklist: what a new installation still lacks, told by the apps that know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One thing to do once; `is_done` looks at the real state each time."""

    key: str
    order: int
    title: Any
    text: Any
    url_name: str
    is_done: Callable[[], bool]


_steps: dict[str, Step] = {}


def register(
    key: str, *, order: int, title: Any, text: Any, url_name: str, is_done: Callable[[], bool]
) -> None:
    """Add a step to the dashboard's checklist."""
    _steps[key] = Step(key, order, title, text, url_name, is_done)


def steps() -> list[Step]:
    """Return the steps in their order."""
    return sorted(_steps.values(), key=lambda step: step.order)
