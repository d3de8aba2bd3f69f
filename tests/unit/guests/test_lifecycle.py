"""The guest account's life, walked without a database."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from guests.lifecycle import (
    MOVES,
    Duration,
    PeriodFault,
    PeriodRules,
    Scope,
    Standing,
    State,
    Unit,
    is_notice_due,
    may_be_notified,
    may_manage,
    may_move,
    period_faults,
    widest,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
RULES = PeriodRules(maximum=Duration(5, Unit.DAYS), days_ahead=1, zone=PARIS)

ALLOWED = {
    ("PENDING_APPROVAL", "AWAITING_INITIAL_LOGIN"),
    ("PENDING_APPROVAL", "ACTIVE"),
    ("PENDING_APPROVAL", "DENIED"),
    ("PENDING_APPROVAL", "EXPIRED"),
    ("AWAITING_INITIAL_LOGIN", "ACTIVE"),
    ("AWAITING_INITIAL_LOGIN", "SUSPENDED"),
    ("AWAITING_INITIAL_LOGIN", "EXPIRED"),
    ("ACTIVE", "SUSPENDED"),
    ("ACTIVE", "EXPIRED"),
    ("SUSPENDED", "AWAITING_INITIAL_LOGIN"),
    ("SUSPENDED", "ACTIVE"),
    ("SUSPENDED", "EXPIRED"),
    ("EXPIRED", "AWAITING_INITIAL_LOGIN"),
    ("EXPIRED", "ACTIVE"),
}


@pytest.mark.parametrize(("state", "target"), list(itertools.product(State, State)))
def test_an_account_moves_only_where_the_table_says_so(state: State, target: State) -> None:
    assert may_move(state, target) is ((state.value, target.value) in ALLOWED)


def test_the_table_names_every_state() -> None:
    assert set(MOVES) == set(State)


def test_only_created_and_active_accounts_are_sent_their_credentials() -> None:
    assert {state for state in State if may_be_notified(state)} == {
        State.AWAITING_INITIAL_LOGIN,
        State.ACTIVE,
    }


@pytest.mark.parametrize(
    ("scope", "own", "same_group", "foreign", "self_registered"),
    [
        (Scope.ALL_ACCOUNTS, True, True, True, True),
        (Scope.GROUP_ACCOUNTS, True, True, False, False),
        (Scope.OWN_ACCOUNTS, True, False, False, False),
    ],
)
def test_a_scope_covers_own_group_or_all_accounts(
    scope: Scope, own: bool, same_group: bool, foreign: bool, self_registered: bool
) -> None:
    standing = Standing("sami", scope, frozenset({"Reception"}))
    answers = [
        may_manage(standing, sponsor_user_name=sponsor, sponsor_group=group)
        for sponsor, group in (("sami", "Old group"), ("olga", "Reception"), ("olga", "Lab"), ("", ""))
    ]
    assert answers == [own, same_group, foreign, self_registered]


def test_of_several_scopes_the_widest_counts() -> None:
    assert widest([Scope.OWN_ACCOUNTS, Scope.ALL_ACCOUNTS, Scope.GROUP_ACCOUNTS]) is Scope.ALL_ACCOUNTS
    assert widest([Scope.OWN_ACCOUNTS, Scope.GROUP_ACCOUNTS]) is Scope.GROUP_ACCOUNTS
    assert widest([]) is None


def test_five_days_end_at_the_same_hour_although_the_clocks_change() -> None:
    begins = datetime(2026, 10, 23, 9, 0, tzinfo=PARIS)
    ends = Duration(5, Unit.DAYS).after(begins, PARIS)
    assert ends.astimezone(PARIS) == datetime(2026, 10, 28, 9, 0, tzinfo=PARIS)
    assert ends - begins == timedelta(days=5, hours=1)


def test_a_year_may_span_the_leap_day() -> None:
    begins = datetime(2027, 3, 1, 9, 0, tzinfo=PARIS)
    assert Duration(366, Unit.DAYS).after(begins, PARIS).astimezone(PARIS).date().isoformat() == "2028-03-01"


def test_hours_are_hours_although_the_clocks_change() -> None:
    begins = datetime(2026, 10, 24, 22, 0, tzinfo=PARIS)
    assert Duration(12, Unit.HOURS).after(begins, PARIS) - begins == timedelta(hours=12)


@pytest.mark.parametrize(
    ("begins", "ends", "faults"),
    [
        (timedelta(0), timedelta(days=5), []),
        (timedelta(minutes=-59), timedelta(days=1), []),
        (timedelta(days=1), timedelta(days=2), []),
        (timedelta(minutes=-61), timedelta(days=1), [PeriodFault.STARTS_IN_THE_PAST]),
        (timedelta(days=1, minutes=1), timedelta(days=2), [PeriodFault.STARTS_TOO_FAR_AHEAD]),
        (timedelta(hours=2), timedelta(hours=2), [PeriodFault.ENDS_BEFORE_START]),
        (timedelta(minutes=-30), timedelta(0), [PeriodFault.ENDS_IN_THE_PAST]),
        (timedelta(0), timedelta(days=5, minutes=1), [PeriodFault.LONGER_THAN_TYPE_ALLOWS]),
        (
            timedelta(days=9),
            timedelta(days=8),
            [PeriodFault.STARTS_TOO_FAR_AHEAD, PeriodFault.ENDS_BEFORE_START],
        ),
    ],
)
def test_the_dates_of_an_account_are_judged(
    begins: timedelta, ends: timedelta, faults: list[PeriodFault]
) -> None:
    assert period_faults(begins_at=NOW + begins, ends_at=NOW + ends, rules=RULES, now=NOW) == faults


@pytest.mark.parametrize(
    ("ends_in", "is_due"),
    [
        (timedelta(days=3), True),
        (timedelta(days=3, seconds=1), False),
        (timedelta(seconds=1), True),
        (timedelta(0), False),
        (timedelta(days=-1), False),
    ],
)
def test_a_notice_is_due_from_three_days_before_the_end_until_the_end(
    ends_in: timedelta, is_due: bool
) -> None:
    assert is_notice_due(ends_at=NOW + ends_in, advance=Duration(3, Unit.DAYS), now=NOW) is is_due
