"""Bringing one claimed mail to the relay, and what each outcome makes of mail and relay."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import F

from notifications import categories, relay_health
from notifications.claims import Claim
from notifications.line import Line
from notifications.mail.retry import AMBIGUOUS_PAUSE, delay_seconds, is_spent
from notifications.mail.states import Event
from notifications.message import CannotBeWritten, message_of
from notifications.rechecks import is_still_wanted
from notifications.results import Try, finish
from notifications.senders import guest_email_settings
from notifications.smtp.errors import Code, Kind, SmtpFailure, Stage
from notifications.smtp.receipt import Accepted

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


@dataclass
class Courier:
    """Takes mails to one relay for one process; `accepted` counts what the relay took."""

    line: Line
    node: str
    owner: str
    clock: Clock
    accepted: int = 0
    has_met_relay: bool = False
    _is_relay_known_well: bool = False

    def deliver(self, item: Claim) -> bool:
        """Bring one mail to the end of this try; return False when the relay must be left alone now."""
        began = _Began(self.clock(), time.monotonic())
        message = self._written(item, began)
        if message is None:
            return True
        self.has_met_relay = True
        try:
            answer = self.line.send(item.envelope_from, item.recipient, message, now=began.at)
        except SmtpFailure as failure:
            return self._fail(item, failure, began)
        self._accept(item, answer, began)
        return True

    def _written(self, item: Claim, began: "_Began") -> bytes | None:
        """Return the message of a mail that is still wanted.

        None is for one that ends here, or that must be put off: it keeps no other mail waiting.
        """
        try:
            if is_still_wanted(item.category, item.reference):
                return message_of(item)
            self._finish(item, Event.FIND_UNWANTED, began)
        except CannotBeWritten as problem:
            facts = {"code": problem.code}
            self._finish(item, Event.REFUSE, began, facts, last_error=str(problem)[:200])
        except DatabaseError:
            raise
        except Exception as problem:
            log.exception("Mail %s could not be written", item.id)
            failure = SmtpFailure(Code.INTERNAL, Stage.DATA, kind=Kind.TEMPORARY)
            self._defer(item, failure, began, last_error=type(problem).__name__)
        return None

    def _accept(self, item: Claim, answer: Accepted, began: "_Began") -> None:
        facts = {
            "stage": Stage.DATA,
            "code": Code.OK,
            "reply_code": answer.code,
            "enhanced": answer.enhanced,
            "answer": f"{answer.code} {answer.text}".strip(),
            "queue_id": answer.queue_id,
        }
        self._relay_is_well()
        if self._finish(item, Event.ACCEPT, began, facts, sent_at=self.clock(), last_error=""):
            self.accepted += 1

    def _fail(self, item: Claim, failure: SmtpFailure, began: "_Began") -> bool:
        if failure.kind is Kind.RELAY_FAULT:
            return self._blame_relay(item, failure, began)
        self._relay_is_well()
        error = str(failure)[:200]
        if failure.kind is Kind.AMBIGUOUS:
            later = {"due_at": self.clock() + AMBIGUOUS_PAUSE, "unanswered": F("unanswered") + 1}
            self._finish(item, Event.LOSE_ANSWER, began, _facts(failure), last_error=error, **later)
        elif failure.kind is Kind.PERMANENT:
            self._finish(item, Event.REFUSE, began, _facts(failure), last_error=error)
        else:
            self._defer(item, failure, began, last_error=error)
        return True

    def _defer(self, item: Claim, failure: SmtpFailure, began: "_Began", *, last_error: str) -> None:
        """Put the mail off, or end it when its attempts are spent."""
        if is_spent(categories.category(item.category).policy, item.attempts):
            self._finish(item, Event.REFUSE, began, _facts(failure), last_error=last_error)
            return
        due_at = self._later(item, item.attempts)
        self._finish(item, Event.DEFER, began, _facts(failure), last_error=last_error, due_at=due_at)

    def _blame_relay(self, item: Claim, failure: SmtpFailure, began: "_Began") -> bool:
        """Give the attempt back; a refused sponsor's address holds up its own mails, all else the node's."""
        is_default_from = item.envelope_from == guest_email_settings().default_from
        is_general = failure.code != Code.SENDER_REFUSED or is_default_from
        given_back: dict[str, Any] = {"attempts": F("attempts") - 1, "last_error": str(failure)[:200]}
        if not is_general:
            given_back["due_at"] = self._later(item, item.token - item.attempts + 1)
        self._finish(item, Event.GIVE_BACK, began, _facts(failure), **given_back)
        if is_general:
            fault = relay_health.Fault(failure.stage, failure.code, failure.reply)
            relay_health.failed(fault, node=self.node, mark=self.line.mark, now=self.clock())
            self._is_relay_known_well = False
        return not is_general

    def _later(self, item: Claim, attempts: int) -> datetime:
        policy = categories.category(item.category).policy
        return self.clock() + timedelta(seconds=delay_seconds(policy, attempts, random=random.random))

    def _relay_is_well(self) -> None:
        if not self._is_relay_known_well:
            relay_health.worked(node=self.node)
            self._is_relay_known_well = True

    def _finish(
        self, item: Claim, event: Event, began: "_Began", facts: dict[str, Any] | None = None, **fields: Any
    ) -> bool:
        kept = Try(
            started_at=began.at,
            ended_at=self.clock(),
            milliseconds=int((time.monotonic() - began.monotonic) * 1000),
            node=self.node,
            owner=self.owner,
            peer=self.line.peer,
            tls_version=self.line.tls_version,
            **(facts or {}),
        )
        return finish(item.id, item.token, event, kept, **fields)


@dataclass(frozen=True)
class _Began:
    at: datetime
    monotonic: float


def _facts(failure: SmtpFailure) -> dict[str, Any]:
    return {
        "stage": failure.stage,
        "code": failure.code,
        "reply_code": failure.reply_code,
        "enhanced": failure.enhanced,
        "answer": failure.reply,
    }
