"""The delivery log: the mails as administrators look for them, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count

from deployment.personas import Persona
from notifications import categories, mail_words
from notifications.mail.states import State
from notifications.models.outbox import OutgoingMail, OutgoingMailQuerySet

PAGE_SIZE: Final = 50
GROUPS: Final[Mapping[str, tuple[State, ...]]] = {
    "accepted": (State.SENT,),
    "waiting": (State.QUEUED, State.SENDING),
    "unanswered": (State.AMBIGUOUS,),
    "not-sent": (State.DEAD,),
    "held": (State.HELD,),
    "ended": (State.EXPIRED, State.CANCELLED),
}


@dataclass(frozen=True)
class Filter:
    """What is looked for; "" is everything. `group` is a key of GROUPS."""

    group: str = ""
    persona: str = ""
    node: str = ""
    category: str = ""
    search: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed down."""
        return not any(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True)
class Entry:
    """One row of the log."""

    id: UUID
    created_at: datetime
    recipient: str
    category: str
    persona: str
    node: str
    state: str
    attempts: int
    answer: str
    last_code: str
    milliseconds: int | None

    @property
    def label(self) -> mail_words.Label:
        """How its state is shown."""
        return mail_words.label_of(self.state, attempts=self.attempts)

    @property
    def mail(self) -> str:
        """What mail it is, in the reader's language."""
        return category_label(self.category)

    @property
    def persona_label(self) -> str:
        """The persona that sends it, as ISE writes it."""
        return Persona(self.persona).label

    @property
    def cause(self) -> str:
        """Why it was not accepted, where there is no answer of the relay to show."""
        return "" if self.answer else mail_words.explain(self.last_code, answer="")[0]


@dataclass(frozen=True)
class Page:
    """Some rows, newest first, and the ids from which the neighboring pages go on."""

    entries: tuple[Entry, ...]
    newer_than: UUID | None
    older_than: UUID | None


def page_of(wanted: Filter, *, before: UUID | None = None, after: UUID | None = None) -> Page:
    """Return a page of the log: the newest rows, or those older than `before` or newer than `after`."""
    rows = _filtered(wanted).values_list(*(each.name for each in fields(Entry)))
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("id")[: PAGE_SIZE + 1])
        has_newer, has_older = len(found) > PAGE_SIZE, True
        found = found[:PAGE_SIZE][::-1]
    else:
        rows = rows.filter(pk__lt=before) if before is not None else rows
        found = list(rows.order_by("-id")[: PAGE_SIZE + 1])
        has_newer, has_older = before is not None, len(found) > PAGE_SIZE
        found = found[:PAGE_SIZE]
    entries = tuple(Entry(*row) for row in found)
    return Page(
        entries,
        newer_than=entries[0].id if entries and has_newer else None,
        older_than=entries[-1].id if entries and has_older else None,
    )


def counts_by_group(wanted: Filter) -> dict[str, int]:
    """Return how many mails each group has under the other conditions; "" counts them all."""
    rows = _filtered(wanted, with_group=False).values_list("state").annotate(Count("pk")).order_by()
    found = dict(rows)
    counted = {name: sum(found.get(state.value, 0) for state in states) for name, states in GROUPS.items()}
    return {"": sum(found.values()), **counted}


def senders() -> list[str]:
    """Return the nodes that have sent or tried to send mail."""
    return sorted(OutgoingMail.objects.exclude(node="").values_list("node", flat=True).distinct())


def category_label(name: str) -> str:
    """Return what a category is called, its name when it is not in the table any more."""
    try:
        return str(categories.category(name).label)
    except categories.UnknownCategory:
        return name


def _filtered(wanted: Filter, *, with_group: bool = True) -> OutgoingMailQuerySet:
    rows = OutgoingMail.objects.all()
    if with_group and wanted.group:
        rows = rows.filter(state__in=GROUPS[wanted.group])
    for name in ("persona", "node", "category"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    return rows.filter(recipient__icontains=wanted.search) if wanted.search else rows
