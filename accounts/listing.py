"""The lists of people: search, filter, order and page."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from accounts.models import User, UserQuerySet

PAGE_SIZE = 25
ENABLED = "enabled"
DISABLED = "disabled"
_ORDERS = {
    "name": ("username",),
    "-name": ("-username",),
    "email": ("email", "username"),
    "-email": ("-email", "username"),
    "seen": ("last_login", "username"),
    "-seen": ("-last_login", "username"),
}


@dataclass(frozen=True)
class PeopleQuery:
    """What a visitor asked of a list; words that mean nothing are read as no filter."""

    kind: str
    search: str = ""
    status: str = ""
    sort: str = "name"

    @property
    def is_filtered(self) -> bool:
        """Say whether the list may lack people who exist."""
        return bool(self.search or self.status)


@dataclass(frozen=True)
class Chip:
    """One filter above the list."""

    status: str
    count: int
    is_current: bool


def page_of(query: PeopleQuery, *, page: str) -> Page[User]:
    """Return one page of the people asked for; a page number that does not exist gives the nearest one."""
    people = _by_status(_found(query), query.status)
    order = _ORDERS.get(query.sort, _ORDERS["name"])
    return Paginator(people.order_by(*order).prefetch_related("groups"), PAGE_SIZE).get_page(page)


def chips_of(query: PeopleQuery) -> list[Chip]:
    """Return the filters with the number of people each would show."""
    found = _found(query)
    return [
        Chip(status, _by_status(found, status).count(), is_current=status == query.status)
        for status in ("", ENABLED, DISABLED)
    ]


def _found(query: PeopleQuery) -> UserQuerySet:
    people: UserQuerySet = User.objects.of_kind(query.kind)
    return people.matching(query.search) if query.search else people


def _by_status(people: UserQuerySet, status: str) -> UserQuerySet:
    if status == ENABLED:
        return people.enabled()
    return people.disabled() if status == DISABLED else people
