"""The life of a guest account: its states, its dates, and which sponsor may act on which account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum


class State(StrEnum):
    """Where a guest account stands; AWAITING_INITIAL_LOGIN is what ISE's pages call Created."""

    PENDING_APPROVAL = "PENDING_APPROVAL"
    AWAITING_INITIAL_LOGIN = "AWAITING_INITIAL_LOGIN"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    DENIED = "DENIED"


MOVES: dict[State, frozenset[State]] = {
    State.PENDING_APPROVAL: frozenset(
        {State.AWAITING_INITIAL_LOGIN, State.ACTIVE, State.DENIED, State.EXPIRED}
    ),
    State.AWAITING_INITIAL_LOGIN: frozenset({State.ACTIVE, State.SUSPENDED, State.EXPIRED}),
    State.ACTIVE: frozenset({State.SUSPENDED, State.EXPIRED}),
    State.SUSPENDED: frozenset({State.AWAITING_INITIAL_LOGIN, State.ACTIVE, State.EXPIRED}),
    State.EXPIRED: frozenset({State.AWAITING_INITIAL_LOGIN, State.ACTIVE}),
    State.DENIED: frozenset(),
}
NOTIFIABLE = frozenset({State.AWAITING_INITIAL_LOGIN, State.ACTIVE})
EXPIRING = frozenset(state for state, targets in MOVES.items() if State.EXPIRED in targets)


class Scope(StrEnum):
    """Which accounts a sponsor group may manage, in ISE's words."""

    ALL_ACCOUNTS = "ALLACCOUNTS"
    GROUP_ACCOUNTS = "GROUPACCOUNTS"
    OWN_ACCOUNTS = "OWNACCOUNTS"


class Unit(StrEnum):
    """The units in which ISE gives a duration."""

    DAYS = "DAYS"
    HOURS = "HOURS"
    MINUTES = "MINUTES"


@dataclass(frozen=True)
class Duration:
    """So many days, hours or minutes."""

    amount: int
    unit: Unit

    @property
    def delta(self) -> timedelta:
        """The duration as a span of time, a day being 24 hours."""
        return timedelta(**{self.unit.lower(): self.amount})

    def after(self, moment: datetime, zone: tzinfo) -> datetime:
        """Return the moment that lies the duration later, in UTC.

        Days are counted on the wall clock of `zone`: an account of 5 days ends at the hour it began,
        also when the clocks change in between.
        """
        if self.unit is Unit.DAYS:
            return (moment.astimezone(zone) + self.delta).astimezone(UTC)
        return moment.astimezone(UTC) + self.delta


class PeriodFault(StrEnum):
    """What is wrong with the dates of an account."""

    ENDS_BEFORE_START = "ENDS_BEFORE_START"
    ENDS_IN_THE_PAST = "ENDS_IN_THE_PAST"
    LONGER_THAN_TYPE_ALLOWS = "LONGER_THAN_TYPE_ALLOWS"
    STARTS_IN_THE_PAST = "STARTS_IN_THE_PAST"
    STARTS_TOO_FAR_AHEAD = "STARTS_TOO_FAR_AHEAD"


@dataclass(frozen=True)
class PeriodRules:
    """What a guest type and a sponsor group allow for the dates of an account."""

    maximum: Duration
    days_ahead: int
    zone: tzinfo


_LEEWAY = timedelta(hours=1)


def period_faults(
    *, begins_at: datetime, ends_at: datetime, rules: PeriodRules, now: datetime
) -> list[PeriodFault]:
    """Return every fault of an account's dates; an empty list means that they may stand.

    A start up to an hour ago counts as now, since a form is filled in some time after it was opened.
    """
    faults = []
    if begins_at < now - _LEEWAY:
        faults.append(PeriodFault.STARTS_IN_THE_PAST)
    elif begins_at > Duration(rules.days_ahead, Unit.DAYS).after(now, rules.zone):
        faults.append(PeriodFault.STARTS_TOO_FAR_AHEAD)
    if ends_at <= begins_at:
        faults.append(PeriodFault.ENDS_BEFORE_START)
    elif ends_at <= now:
        faults.append(PeriodFault.ENDS_IN_THE_PAST)
    elif ends_at > rules.maximum.after(begins_at, rules.zone):
        faults.append(PeriodFault.LONGER_THAN_TYPE_ALLOWS)
    return faults


def may_move(state: State, target: State) -> bool:
    """Say whether an account may go from one state to another."""
    return target in MOVES[state]


def may_be_notified(state: State) -> bool:
    """Say whether credentials may be sent again: only to accounts that are created or active."""
    return state in NOTIFIABLE


def widest(scopes: Iterable[Scope]) -> Scope | None:
    """Return the scope that covers most, or None when there is none."""
    order = list(Scope)
    return min(scopes, key=order.index, default=None)


@dataclass(frozen=True)
class Standing:
    """What a sponsor may manage: the widest scope of the sponsor groups, and their names."""

    user_name: str
    scope: Scope
    groups: frozenset[str]


def may_manage(standing: Standing, *, sponsor_user_name: str, sponsor_group: str) -> bool:
    """Say whether a sponsor may see and change an account that a sponsor of a group has made.

    A self-registered account has neither a sponsor nor a group: only ALL_ACCOUNTS covers it.
    """
    if standing.scope is Scope.ALL_ACCOUNTS:
        return True
    is_own = bool(sponsor_user_name) and sponsor_user_name == standing.user_name
    if standing.scope is Scope.GROUP_ACCOUNTS:
        return is_own or sponsor_group in standing.groups
    return is_own


def is_notice_due(*, ends_at: datetime, advance: Duration, now: datetime) -> bool:
    """Say whether an account that ends at `ends_at` is to be told of it now."""
    return ends_at - advance.delta <= now < ends_at
