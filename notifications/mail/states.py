"""The states of a mail in the outbox and the one table of its moves."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a mail is on its way to the relay."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    DEAD = "DEAD"
    AMBIGUOUS = "AMBIGUOUS"
    HELD = "HELD"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class Event(StrEnum):
    """What happens to a mail."""

    CLAIM = "CLAIM"
    ACCEPT = "ACCEPT"
    DEFER = "DEFER"
    GIVE_BACK = "GIVE_BACK"
    REFUSE = "REFUSE"
    LOSE_ANSWER = "LOSE_ANSWER"
    LOSE_LEASE = "LOSE_LEASE"
    POISON = "POISON"
    FIND_UNWANTED = "FIND_UNWANTED"
    TRY_AGAIN = "TRY_AGAIN"
    HOLD = "HOLD"
    RELEASE = "RELEASE"
    EXPIRE = "EXPIRE"
    CANCEL = "CANCEL"
    RESEND = "RESEND"


TABLE: Final[dict[tuple[State, Event], State]] = {
    (State.QUEUED, Event.CLAIM): State.SENDING,
    (State.QUEUED, Event.HOLD): State.HELD,
    (State.QUEUED, Event.EXPIRE): State.EXPIRED,
    (State.QUEUED, Event.CANCEL): State.CANCELLED,
    (State.SENDING, Event.ACCEPT): State.SENT,
    (State.SENDING, Event.DEFER): State.QUEUED,
    (State.SENDING, Event.GIVE_BACK): State.QUEUED,
    (State.SENDING, Event.REFUSE): State.DEAD,
    (State.SENDING, Event.LOSE_ANSWER): State.AMBIGUOUS,
    (State.SENDING, Event.LOSE_LEASE): State.QUEUED,
    (State.SENDING, Event.POISON): State.DEAD,
    (State.SENDING, Event.FIND_UNWANTED): State.CANCELLED,
    (State.AMBIGUOUS, Event.TRY_AGAIN): State.QUEUED,
    (State.AMBIGUOUS, Event.RESEND): State.QUEUED,
    (State.DEAD, Event.RESEND): State.QUEUED,
    (State.HELD, Event.RELEASE): State.QUEUED,
    (State.HELD, Event.CANCEL): State.CANCELLED,
}


class MoveForbidden(Exception):
    """A mail in this state cannot make this move."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"{event} is not possible in {state}")
        self.state = state
        self.event = event


def after(state: State, event: Event) -> State:
    """Return the state that follows; raises MoveForbidden."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise MoveForbidden(state, event) from None


def sources(event: Event) -> frozenset[State]:
    """Return the states in which an event may happen."""
    return frozenset(state for state, known in TABLE if known is event)


def target(event: Event) -> State:
    """Return the state an event leads to; every event leads to one only."""
    return next(state for (_, known), state in TABLE.items() if known is event)
