"""What the page Trust health is made of: findings in groups, each with where it leads and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db.models import QuerySet
from django.urls import reverse

from console import moments

MOST_SHOWN: Final = 50

Severity = Literal["bad", "warn", "info"]


@dataclass(frozen=True)
class Line:
    """One finding: what it is about with the page that repairs it, what is wrong, and what to do."""

    severity: Severity
    name: str
    url: str
    detail: str
    remedy: str


@dataclass(frozen=True)
class Group:
    """The findings of one kind: the first of them, and how many there are; `url` lists all where it can."""

    key: str
    title: str
    lines: tuple[Line, ...]
    count: int
    url: str = ""

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.lines)


def group_of(
    key: str, title: str, found: QuerySet[Any, Any], line: Callable[[Any], Line], *, url: str = ""
) -> Group:
    """Return the first findings of a query, and count only when there are more of them."""
    rows = list(found[: MOST_SHOWN + 1])
    count = len(rows) if len(rows) <= MOST_SHOWN else found.count()
    return Group(key, title, tuple(map(line, rows[:MOST_SHOWN])), count, url)


def listed(key: str, title: str, lines: Sequence[Line]) -> Group:
    """Return findings that were collected in another way than by one query."""
    return Group(key, title, tuple(lines[:MOST_SHOWN]), len(lines))


def certificate_url(certificate_id: int) -> str:
    """The page of a trusted certificate."""
    return reverse("certificates:trusted-detail", args=[certificate_id])


def day_of(when: datetime) -> str:
    """A day as the pages write it."""
    return moments.brief_date(when)
