"""Delivering: claim what is due, send it over one connection, write down what happened to each mail."""

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from console.secrets import SecretsError
from deployment.personas import Persona, is_on_duty
from notifications import claims, relay, relay_health
from notifications.claims import Claim, Lease
from notifications.courier import Clock, Courier
from notifications.line import Line, ServerSavedAnew, line_to_relay
from notifications.models.outbox import OutgoingMail
from notifications.owner import this_owner

log = logging.getLogger(__name__)

DRAIN_SECONDS: Final = 20.0
SHORTEST_LEASE_SECONDS: Final = 120
_LEASE_MARGIN_SECONDS: Final = 60
_FARTHEST_AHEAD_SECONDS: Final = 10
_LARGEST_BATCH: Final = 50


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
    ends_at, accepted = time.monotonic() + seconds, 0
    while may_send(persona, now=clock()) and _is_anything_due(persona, clock()):
        line = _line(clock())
        if line is None:
            break
        run = _Run(persona, clock, line)
        try:
            run.until(ends_at)
        finally:
            line.close()
        accepted += run.courier.accepted
        if not run.is_outdated or time.monotonic() >= ends_at:
            break
    return accepted


def _line(now: datetime) -> Line | None:
    try:
        return line_to_relay(now=now)
    except SecretsError:
        log.exception("The relay's password cannot be opened on this node")
        return None


def _is_anything_due(persona: Persona, now: datetime) -> bool:
    return OutgoingMail.objects.due(now).filter(persona=persona.value).exists()


@dataclass
class _Pace:
    """How many mails to claim at once: what the relay takes in ten seconds, one while that is unknown."""

    limit: int = 1

    def learn(self, done: int, seconds: float) -> None:
        ahead = int(done / max(seconds, 0.001) * _FARTHEST_AHEAD_SECONDS)
        self.limit = max(1, min(ahead, self.limit * 2, _LARGEST_BATCH))


class _LeaseLost(Exception):
    """The mails in hand may have been given to another process."""


@dataclass
class _Run:
    """What is claimed, until when it is ours, and who takes it to the relay of one saved version."""

    persona: Persona
    clock: Clock
    line: Line
    is_outdated: bool = False
    _taken: int = 0
    _held: list[Claim] = field(default_factory=list)
    _held_until: datetime | None = None
    _pace: _Pace = field(default_factory=_Pace)

    def __post_init__(self) -> None:
        self.node = settings.ISE_MAIL_NODE
        self.lease = Lease(this_owner(), self.node, lease_seconds(self.line.server.timeout_seconds))
        self.courier = Courier(self.line, self.node, self.lease.owner, self.clock)
        self.line.opened = self._keep_lease

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
            self._work(1 if permission.is_trial else self._pace.limit, now)
            if permission.is_trial and not self.courier.has_met_relay:
                relay_health.put_off_trial(node=self.node, now=now)
            if not self._held:
                return

    def _work(self, limit: int, now: datetime) -> None:
        """Claim a batch and deliver it, as far as the relay and the lease allow."""
        started = time.monotonic()
        batch = claims.claim(self.persona, lease=self.lease, limit=limit, taken=self._taken, now=now)
        self._held, self._held_until = batch, now + timedelta(seconds=self.lease.seconds)
        self._taken += len(batch)
        for position, item in enumerate(batch):
            self._held = batch[position:]
            try:
                self._keep_server()
                self._keep_lease()
                may_go_on = self.courier.deliver(item)
            except ServerSavedAnew:
                claims.give_back(self._held)
                self._held, self.is_outdated = [], True
                return
            except _LeaseLost:
                log.warning("The lease ended before %d mails were tried", len(self._held))
                return
            if not may_go_on:
                claims.give_back(batch[position + 1 :])
                return
        self._pace.learn(len(batch), time.monotonic() - started)

    def _keep_server(self) -> None:
        if relay.version() != self.line.version:
            raise ServerSavedAnew

    def _keep_lease(self) -> None:
        """Renew the lease when it may not last for one more step with the relay's timeout; raises _LeaseLost.

        A process that was stopped for long finds its mails in other hands: what it has not sent it must not.
        """
        now, held_until = self.clock(), self._held_until
        if held_until is None or now >= held_until:
            raise _LeaseLost
        if (held_until - now).total_seconds() < self.line.server.timeout_seconds + _LEASE_MARGIN_SECONDS / 2:
            claims.renew(self._held, lease=self.lease, now=now)
            self._held_until = now + timedelta(seconds=self.lease.seconds)
