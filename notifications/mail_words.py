"""What the states and the outcomes of a mail are called: label, tone and icon, cause and remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import words
from notifications.mail.states import State


@dataclass(frozen=True)
class Label:
    """How a state or an outcome is shown; `tone` is ok, warn, bad, info or off."""

    text: Promise
    tone: str
    icon: str


STATES: Final[Mapping[str, Label]] = {
    State.QUEUED: Label(_("Waiting"), "info", "clock"),
    State.SENDING: Label(_("Being sent"), "info", "send"),
    State.SENT: Label(_("Accepted"), "ok", "check"),
    State.DEAD: Label(_("Not sent"), "bad", "x"),
    State.AMBIGUOUS: Label(_("No answer"), "warn", "help"),
    State.HELD: Label(_("Held"), "warn", "pause"),
    State.EXPIRED: Label(_("Expired"), "off", "calendar"),
    State.CANCELLED: Label(_("Cancelled"), "off", "ban"),
}
DEFERRED: Final = Label(_("Deferred"), "warn", "clock")
OUTCOMES: Final[Mapping[str, Label]] = {
    "accepted": STATES[State.SENT],
    "deferred": DEFERRED,
    "given back": Label(_("Relay fault"), "warn", "plug-off"),
    "refused": Label(_("Refused"), "bad", "x"),
    "unanswered": STATES[State.AMBIGUOUS],
    "crashed": Label(_("Process ended"), "bad", "bolt"),
    "not wanted": Label(_("Not wanted any more"), "off", "ban"),
}
_OWN: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "KEY_MISSING": (
        _("The node that was to send the mail lacks the key with which its values are sealed."),
        _("Give the node the key ring that the other nodes hold, then send the mail again."),
    ),
    "SEAL_BROKEN": (
        _("The sealed values of the mail were changed or belong to another mail."),
        _("Write the mail again where it came from."),
    ),
    "VALUES_ERASED": (
        _("What stood in the mail has been erased; secrets are held for 24 hours at most."),
        _("Write the mail again where it came from: a new password is then made."),
    ),
    "PROCESS_DIED": (
        _("The process that was sending the mail ended before it could say what became of it."),
        _("The mail is sent again by itself; after the third time, look into the log of the worker."),
    ),
}


def label_of(state: str, *, attempts: int) -> Label:
    """Return how a state is shown; a mail that waits after a failed attempt is deferred."""
    if state == State.QUEUED and attempts:
        return DEFERRED
    return STATES[state]


def explain(code: str, *, answer: str, params: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return the cause and the remedy of an outcome, "" for both when there is nothing to explain."""
    if code in _OWN:
        cause, remedy = _OWN[code]
        return str(cause), str(remedy)
    if code in {"", "OK"}:
        return "", ""
    told = words.text_of(code, {"text": answer, **(params or {})})
    return told.cause, told.remedy
