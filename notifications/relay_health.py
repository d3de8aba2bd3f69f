"""Whether this node may try the relay now: after failures in a row it is left alone for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from notifications.mail.retry import BREAKER_THRESHOLD, pause_seconds
from notifications.models.outbox import RelayHealth


@dataclass(frozen=True)
class Fault:
    """What went wrong at the relay; `answer` is printable."""

    stage: str
    code: str
    answer: str


@dataclass(frozen=True)
class Permission:
    """Whether to try, and whether one mail alone must show first that the relay is well again."""

    is_given: bool
    is_trial: bool = False


def permission(*, node: str, mark: str, trial_seconds: int, now: datetime) -> Permission:
    """Ask before claiming; `mark` names settings and trust, and a changed one forgets the failures.

    After a pause only one process of the node gets the trial; if it dies, the next one may try
    `trial_seconds` later.
    """
    health = RelayHealth.objects.filter(node=node, settings_mark=mark).first()
    if health is None or not health.failures:
        return Permission(True)
    if health.paused_until is not None and health.paused_until > now:
        return Permission(False)
    if health.failures < BREAKER_THRESHOLD:
        return Permission(True)
    took = RelayHealth.objects.filter(pk=health.pk, paused_until=health.paused_until).update(
        paused_until=now + timedelta(seconds=trial_seconds)
    )
    return Permission(bool(took), is_trial=True)


def put_off_trial(*, node: str, now: datetime) -> None:
    """Let the next mail be the trial, since the one that was to be it never met the relay."""
    RelayHealth.objects.filter(node=node, failures__gt=0).update(paused_until=now)


def is_paused(*, node: str, mark: str, now: datetime) -> bool:
    """Say whether the node leaves the relay alone at this moment."""
    return RelayHealth.objects.filter(
        node=node, settings_mark=mark, failures__gt=0, paused_until__gt=now
    ).exists()


def worked(*, node: str) -> None:
    """Write down that the relay took a mail or let a session be opened."""
    RelayHealth.objects.filter(node=node, failures__gt=0).update(failures=0, paused_until=None)


def failed(fault: Fault, *, node: str, mark: str, now: datetime) -> int:
    """Write down a failure and pause; return how many there were in a row."""
    shown = {"stage": fault.stage, "code": fault.code, "answer": fault.answer[:200], "failed_at": now}
    with transaction.atomic():
        health, _ = RelayHealth.objects.select_for_update().get_or_create(
            node=node, defaults={"settings_mark": mark}
        )
        is_new = health.settings_mark != mark
        failures = 1 if is_new else health.failures + 1
        RelayHealth.objects.filter(pk=health.pk).update(
            settings_mark=mark,
            failures=1 if is_new else F("failures") + 1,
            paused_until=now + timedelta(seconds=pause_seconds(failures)),
            **shown,
        )
    return failures


def open_faults() -> list[RelayHealth]:
    """Return what the nodes that leave the relay alone found there, by node."""
    return list(RelayHealth.objects.broken().order_by("node"))
