"""Certificate Periodic Check Settings: when the chains in use are checked, and the wish to do so now."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from certificates.health.slots import next_slot
from certificates.models import CheckSettings
from console import audit
from deployment.broker import BrokerGone, publish
from deployment.personas import Persona, persona_queue

log = logging.getLogger(__name__)

TASK: Final = "certificates.check_chains"
LONGEST_RUN: Final = timedelta(minutes=15)
"""A check that has taken longer than this died, and another may begin."""


@dataclass(frozen=True)
class Schedule:
    """What an admin chooses; the time of the day is that of the deployment's time zone."""

    is_on: bool = True
    first_at: time = time(0, 0)
    every_hours: int = 24


def current(*, now: datetime) -> CheckSettings:
    """Return the settings with what is due; the first call stores ISE's defaults."""
    row = CheckSettings.objects.filter(pk=1).first()
    if row is None:
        CheckSettings.objects.bulk_create(
            [CheckSettings(pk=1, **asdict(Schedule()), due_at=due_after(now, Schedule()))],
            ignore_conflicts=True,
        )
        row = CheckSettings.objects.get(pk=1)
    return row


def chosen(row: CheckSettings) -> Schedule:
    """What is chosen in the stored settings."""
    return Schedule(row.is_on, row.first_at, row.every_hours)


def due_after(moment: datetime, schedule: Schedule) -> datetime | None:
    """Return when the next check after a moment is due; None while checks are off."""
    if not schedule.is_on:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    return next_slot(moment, first_at=schedule.first_at, every_hours=schedule.every_hours, zone=zone)


def save(*, schedule: Schedule, actor: str, now: datetime, address: str = "") -> bool:
    """Store what is chosen; slots that are over do not count. Returns False when nothing was different."""
    with transaction.atomic():
        before = chosen(_locked(now))
        changed = [name for name, value in asdict(schedule).items() if value != asdict(before)[name]]
        if not changed:
            return False
        CheckSettings.objects.filter(pk=1).update(**asdict(schedule), due_at=due_after(now, schedule))
        audit.record(
            actor=actor,
            action="certificate_check.save",
            target="certificate check",
            before={name: asdict(before)[name] for name in changed},
            after={name: asdict(schedule)[name] for name in changed},
            now=now,
            address=address,
        )
    return True


def request(*, actor: str, now: datetime, address: str = "") -> None:
    """Have the chains checked as soon as a worker of the PAN takes it up."""
    with transaction.atomic():
        _locked(now)
        CheckSettings.objects.filter(pk=1).update(due_at=now)
        audit.record(
            actor=actor, action="certificate_check.run", target="certificate check", now=now, address=address
        )
        transaction.on_commit(wake_worker, robust=True)


def wake_worker() -> bool:
    """Ask the workers of the PAN to look; False when the broker did not take it."""
    try:
        publish(TASK, queue=persona_queue(Persona.PAN))
    except BrokerGone as error:
        log.warning("The broker took no message (%s); the daemon checks the certificates", error)
        return False
    return True


def claim(*, now: datetime) -> bool:
    """Take the due check for this process; False when none is due or another one is at it."""
    row = CheckSettings.objects.filter(pk=1, due_at__lte=now).first()
    if row is None:
        return False
    idle = Q(started_at=None) | Q(checked_at__gte=F("started_at")) | Q(started_at__lt=now - LONGEST_RUN)
    free = CheckSettings.objects.filter(idle, pk=1, due_at=row.due_at)
    return bool(free.update(started_at=now, due_at=due_after(now, chosen(row))))


def finish(*, started_at: datetime) -> None:
    """Write down that the check which began at this moment is over."""
    CheckSettings.objects.filter(pk=1, started_at=started_at).update(checked_at=started_at)


def is_running(row: CheckSettings, *, now: datetime) -> bool:
    """Whether a check is under way."""
    began, ended = row.started_at, row.checked_at
    return began is not None and (ended is None or ended < began) and now - began <= LONGEST_RUN


def _locked(now: datetime) -> CheckSettings:
    current(now=now)
    return CheckSettings.objects.select_for_update().get(pk=1)
