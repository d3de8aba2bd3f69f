"""What must be well for this node to serve, and the figures it shows; the apps register both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Check = Callable[[], str | None]
_checks: dict[str, Check] = {}
_lesser_checks: dict[str, Check] = {}
_gauges: dict[str, "Gauge"] = {}


@dataclass(frozen=True)
class Gauge:
    """One figure of the dashboard with the page that explains it."""

    label: Any
    url_name: str
    permission: str
    value: Callable[[], str]


def register_check(name: str, check: Check, *, is_vital: bool = True) -> None:
    """Add a check; it returns None when all is well, else one sentence for the admin.

    A check that is not vital is shown, but the node goes on serving pages when it fails.
    """
    (_checks if is_vital else _lesser_checks)[name] = check


def register_gauge(
    name: str, *, label: Any, url_name: str, permission: str, value: Callable[[], str]
) -> None:
    """Add a figure to the dashboard."""
    _gauges[name] = Gauge(label, url_name, permission, value)


def faults() -> dict[str, str]:
    """Run every vital check and return the sentences of those that are not well, by name."""
    return _sentences(_checks)


def notices() -> dict[str, str]:
    """Run the other checks and return the sentences of those that are not well, by name."""
    return _sentences(_lesser_checks)


def gauges() -> list[Gauge]:
    """Return the figures in the order they were registered."""
    return list(_gauges.values())


def _sentences(checks: dict[str, Check]) -> dict[str, str]:
    answers = {name: check() for name, check in checks.items()}
    return {name: sentence for name, sentence in answers.items() if sentence}
