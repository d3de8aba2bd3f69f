"""Delivering: claim what is due, send it over one connection, write down what happened to each mail."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import F

from console.secrets import SecretsError
from deployment.personas import Persona, is_on_duty
from notifications import categories, claims, relay_health
from notifications.claims import Claim, Lease
from notifications.line import Line, line_to_relay
from notifications.mail.retry import AMBIGUOUS_PAUSE, delay_seconds, is_spent
from notifications.mail.states import Event
from notifications.message import CannotBeWritten, message_of
from notifications.models.outbox import OutgoingMail
from notifications.owner import this_owner
from notifications.rechecks import is_still_wanted
from notifications.results import Try, finish
from notifications.senders import guest_email_settings
from notifications.smtp.errors import Code, Kind, SmtpFailure, Stage
from notifications.smtp.receipt import Accepted

log = logging.getLogger(__name__)

DRAIN_SECONDS: Final = 20.0
SHORTEST_LEASE_SECONDS: Final = 120
_LEASE_MARGIN_SECONDS: Final = 60
_FARTHEST_AHEAD_SECONDS: Final = 10
_LARGEST_BATCH: Final = 50
Clock = Callable[[], datetime]


def lease_seconds(timeout_seconds: int) -> int:
    """Return how long a claim lasts for a relay with this timeout: longer than one mail can take."""
    return max(SHORTEST_LEASE_SECONDS, timeout_seconds + _LEASE_MARGIN_SECONDS)


def may_send(persona: Persona, *, now: datetime) -> bool:
    """Say whether this node sends the mails of a persona: any PSN does, of the others the one on duty."""
    return persona is Persona.PSN or is_on_duty(persona, now=now)


def drain(*, persona: Persona, clock: Clock, seconds: float = DRAIN_SECONDS) -> int:
    """Send what is due for a persona until nothing is, or the time is up; return how many were accepted.

    Does nothing while another node is on duty, no relay is set, or the relay is left alone after failures.
    """
    now = clock()
    if not may_send(persona, now=now) or not _is_anything_due(persona, now):
        return 0
    try:
        line = line_to_relay(now=now)
    except SecretsError:
        log.exception("The relay's password cannot be opened on this node")
        return 0
    if line is None:
        return 0
    run = _Run(persona, clock, line)
    try:
        run.until(time.monotonic() + seconds)
    finally:
        line.close()
    return run.accepted


def _is_anything_due(persona: Persona, now: datetime) -> bool:
    return OutgoingMail.objects.due(now).filter(persona=persona.value).exists()


@dataclass
class _Pace:
    """How many mails to claim at once: what the relay takes in ten seconds, one while that is unknown."""

    limit: int = 1

    def learn(self, done: int, seconds: float) -> None:
        ahead = int(done / max(seconds, 0.001) * _FARTHEST_AHEAD_SECONDS)
        self.limit = max(1, min(ahead, self.limit * 2, _LARGEST_BATCH))


@dataclass
class _Run:
    """One drain: the claims, the line to the relay and what came of them."""

    persona: Persona
    clock: Clock
    line: Line
    accepted: int = 0
    _taken: int = 0
    _is_known_well: bool = False
    _pace: _Pace = field(default_factory=_Pace)

    def __post_init__(self) -> None:
        self.node = settings.ISE_MAIL_NODE
        self.lease = Lease(this_owner(), self.node, lease_seconds(self.line.server.timeout_seconds))

    def until(self, ends_at: float) -> None:
        """Work batch by batch."""
        while time.monotonic() < ends_at:
            now = self.clock()
            if not may_send(self.persona, now=now) or not _is_anything_due(self.persona, now):
                return
            permission = relay_health.permission(
                node=self.node, mark=self.line.mark, trial_seconds=self.lease.seconds, now=now
            )
            if not permission.is_given:
                return
            limit = 1 if permission.is_trial else self._pace.limit
            batch = claims.claim(self.persona, lease=self.lease, limit=limit, taken=self._taken, now=now)
            if not batch:
                return
            self._taken += len(batch)
            started = time.monotonic()
            self._work(batch, claimed_at=now)
            self._pace.learn(len(batch), time.monotonic() - started)

    def _work(self, batch: list[Claim], *, claimed_at: datetime) -> None:
        held_until = claimed_at + timedelta(seconds=self.lease.seconds)
        for position, item in enumerate(batch):
            now = self.clock()
            if now >= held_until:
                log.warning("The lease ended before %d mails were tried", len(batch) - position)
                return
            if (held_until - now).total_seconds() < self.line.server.timeout_seconds + 30:
                claims.renew(batch[position:], lease=self.lease, now=now)
                held_until = now + timedelta(seconds=self.lease.seconds)
            if not self._handle(item):
                claims.give_back(batch[position + 1 :])
                return

    def _handle(self, item: Claim) -> bool:
        """Bring one mail to the end of this try; False when the relay must be left alone now."""
        began = _Began(self.clock(), time.monotonic())
        if not is_still_wanted(item.category, item.reference):
            self._finish(item, Event.FIND_UNWANTED, began)
            return True
        try:
            message = message_of(item)
        except CannotBeWritten as problem:
            facts = {"code": problem.code, "answer": ""}
            self._finish(item, Event.REFUSE, began, facts, last_error=str(problem)[:200])
            return True
        try:
            answer = self.line.send(item.envelope_from, item.recipient, message, now=began.at)
        except SmtpFailure as failure:
            return self._fail(item, failure, began)
        self._accept(item, answer, began)
        return True

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
        ended_at = self.clock()
        if self._finish(item, Event.ACCEPT, began, facts, sent_at=ended_at, last_error=""):
            self.accepted += 1

    def _fail(self, item: Claim, failure: SmtpFailure, began: "_Began") -> bool:
        row = categories.category(item.category)
        now = self.clock()
        if failure.kind is Kind.RELAY_FAULT:
            return self._blame_relay(item, failure, began)
        self._relay_is_well()
        if failure.kind is Kind.AMBIGUOUS:
            later = {"due_at": now + AMBIGUOUS_PAUSE, "unanswered": F("unanswered") + 1}
            self._finish(item, Event.LOSE_ANSWER, began, _facts(failure), **_error(failure), **later)
        elif failure.kind is Kind.PERMANENT or is_spent(row.policy, item.attempts):
            self._finish(item, Event.REFUSE, began, _facts(failure), **_error(failure))
        else:
            wait = delay_seconds(row.policy, item.attempts, random=random.random)
            later = {"due_at": now + timedelta(seconds=wait)}
            self._finish(item, Event.DEFER, began, _facts(failure), **_error(failure), **later)
        return True

    def _blame_relay(self, item: Claim, failure: SmtpFailure, began: "_Began") -> bool:
        """Give the attempt back; a refused sponsor's address holds up its own mails, all else the node's."""
        given_back: dict[str, Any] = {"attempts": F("attempts") - 1}
        is_own_sender = item.envelope_from != guest_email_settings().default_from
        is_general = not (failure.code == Code.SENDER_REFUSED and is_own_sender)
        now = self.clock()
        if not is_general:
            tries = item.token - item.attempts + 1
            wait = delay_seconds(categories.category(item.category).policy, tries, random=random.random)
            given_back["due_at"] = now + timedelta(seconds=wait)
        self._finish(item, Event.GIVE_BACK, began, _facts(failure), **_error(failure), **given_back)
        if is_general:
            fault = relay_health.Fault(failure.stage, failure.code, failure.reply)
            self._is_known_well = False
            relay_health.failed(fault, node=self.node, mark=self.line.mark, now=now)
        return not is_general

    def _relay_is_well(self) -> None:
        if not self._is_known_well:
            relay_health.worked(node=self.node)
            self._is_known_well = True

    def _finish(
        self, item: Claim, event: Event, began: "_Began", facts: dict[str, Any] | None = None, **fields: Any
    ) -> bool:
        milliseconds = int((time.monotonic() - began.monotonic) * 1000)
        kept = Try(
            started_at=began.at,
            ended_at=self.clock(),
            milliseconds=milliseconds,
            node=self.node,
            owner=self.lease.owner,
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


def _error(failure: SmtpFailure) -> dict[str, Any]:
    return {"last_error": str(failure)[:200]}
