"""The table of a mail's states, walked pair by pair."""

import itertools

import pytest

from notifications.mail.states import TABLE, Event, MoveForbidden, State, after, sources, target

ALLOWED = {
    "QUEUED CLAIM SENDING",
    "QUEUED HOLD HELD",
    "QUEUED EXPIRE EXPIRED",
    "QUEUED CANCEL CANCELLED",
    "HELD RELEASE QUEUED",
    "HELD CANCEL CANCELLED",
    "SENDING ACCEPT SENT",
    "SENDING DEFER QUEUED",
    "SENDING GIVE_BACK QUEUED",
    "SENDING REFUSE DEAD",
    "SENDING LOSE_ANSWER AMBIGUOUS",
    "SENDING LOSE_LEASE QUEUED",
    "SENDING POISON DEAD",
    "SENDING FIND_UNWANTED CANCELLED",
    "AMBIGUOUS TRY_AGAIN QUEUED",
    "AMBIGUOUS RESEND QUEUED",
    "DEAD RESEND QUEUED",
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_pair_of_state_and_event_moves_as_the_architecture_says_or_is_forbidden(state, event):
    moves = {f"{state} {event} {reached}" for reached in State} & ALLOWED
    if moves:
        assert f"{state} {event} {after(state, event)}" in moves
    else:
        with pytest.raises(MoveForbidden):
            after(state, event)


def test_a_mail_that_reached_its_end_never_moves_again():
    for state in (State.SENT, State.EXPIRED, State.CANCELLED):
        assert not [event for source, event in TABLE if source is state]


@pytest.mark.parametrize("event", Event)
def test_each_event_leads_from_its_sources_to_one_state_only(event):
    assert sources(event)
    assert {after(source, event) for source in sources(event)} == {target(event)}
