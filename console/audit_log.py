"""The audit as one reads it: filtered, searched, in pages, and the fields of one change side by side."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q

from console import audit
from console.models import AuditEvent
from console.secrets import KeyMissing

PAGE_SIZE = 50


@dataclass(frozen=True)
class AuditQuery:
    """What the reader asked for; an empty field asks for everything."""

    actor: str = ""
    action: str = ""
    search: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the list."""
        return not (self.actor or self.action or self.search)


@dataclass(frozen=True)
class FieldChange:
    """One field of a change; None where the side had no such field."""

    name: str
    before: Any
    after: Any

    @property
    def is_changed(self) -> bool:
        """Whether the two sides differ."""
        return bool(self.before != self.after)


@dataclass(frozen=True)
class ChainState:
    """Whether the chain holds; `broken` is the first event that does not, `missing_key` an unknown key."""

    count: int
    is_whole: bool
    broken: AuditEvent | None = None
    missing_key: str = ""


def chain_state() -> ChainState:
    """Walk the whole chain once and say whether every event is there and unchanged."""
    count = AuditEvent.objects.count()
    try:
        broken = audit.first_break()
    except KeyMissing as error:
        return ChainState(count, False, missing_key=error.key_id)
    return ChainState(count, broken is None and (count > 0 or audit.is_whole()), broken)


def page_of(query: AuditQuery, *, page: str) -> Page[AuditEvent]:
    """Return one page of matching events, the newest first; a number out of range gives the nearest page."""
    events = AuditEvent.objects.order_by("-pk")
    if query.actor:
        events = events.filter(actor=query.actor)
    if query.action:
        events = events.filter(action=query.action)
    if query.search:
        words = query.search
        events = events.filter(
            Q(target__icontains=words) | Q(actor__icontains=words) | Q(action__icontains=words)
        )
    return Paginator(events, PAGE_SIZE).get_page(page)


def actors() -> list[str]:
    """Return the names of everybody who changed something."""
    return list(AuditEvent.objects.order_by("actor").values_list("actor", flat=True).distinct())


def actions() -> list[str]:
    """Return every action that occurs."""
    return list(AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct())


def changes(event: AuditEvent) -> list[FieldChange]:
    """Return the fields of an event with their values on both sides, in the order of the names."""
    before: dict[str, Any] = event.before or {}
    after: dict[str, Any] = event.after or {}
    return [FieldChange(name, before.get(name), after.get(name)) for name in sorted(before | after)]
