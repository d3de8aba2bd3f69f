"""Periodic work: jobs that run once a slot on the node on duty, and passes that run on every node."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from deployment.models import PeriodicRun
from deployment.personas import Persona, is_on_duty, this_node

log = logging.getLogger(__name__)

Work = Callable[[datetime], object]
_ERROR_CHARS = 200
_KEEP_RUNS = timedelta(days=14)


@dataclass(frozen=True)
class Job:
    """One periodic job: how often, and which persona's node runs it."""

    name: str
    period_seconds: int
    persona: Persona
    run: Work


_jobs: dict[str, Job] = {}
_passes: dict[str, Work] = {}


def register_job(name: str, *, period_seconds: int, persona: Persona, run: Work) -> None:
    """Have `run(now)` called once in every period, on the node on duty for the persona.

    A job must look at the state of things, not count its calls: after a downtime only the latest missed
    slot runs, and a slot whose process died is not run again.
    """
    _jobs[name] = Job(name, period_seconds, persona, run)


def register_pass(name: str, run: Work) -> None:
    """Have `run(now)` called on every node in each round of its daemon, every five seconds."""
    _passes[name] = run


def slot_of(now: datetime, period_seconds: int) -> datetime:
    """Return the start of the slot that a moment falls into; slots are counted from 1970."""
    return datetime.fromtimestamp(now.timestamp() // period_seconds * period_seconds, UTC)


def run_round(now: datetime) -> None:
    """Run the passes, then every job whose slot has come and whose duty is this node's.

    What raises is logged by its name and, for a job, recorded; the others go on.
    """
    for name, work in _passes.items():
        _attempt(name, work, now)
    for job in _jobs.values():
        run_due(job, now)


def run_due(job: Job, now: datetime) -> bool:
    """Run a job unless its slot has run or another node is on duty; say whether it ran here."""
    slot = slot_of(now, job.period_seconds)
    if PeriodicRun.objects.filter(job=job.name, slot_at=slot).exists():
        return False
    if not is_on_duty(job.persona, now=now):
        return False
    run, is_ours = PeriodicRun.objects.get_or_create(
        job=job.name, slot_at=slot, defaults={"owner": this_node().hostname, "started_at": now}
    )
    if not is_ours:
        return False
    error = _attempt(job.name, job.run, now)
    PeriodicRun.objects.filter(pk=run.pk).update(ended_at=timezone.now(), error=error)
    return True


def forget_old_runs(now: datetime) -> int:
    """Delete the rows of runs that began more than two weeks ago; return how many."""
    return PeriodicRun.objects.filter(started_at__lt=now - _KEEP_RUNS).delete()[0]


def _attempt(name: str, work: Work, now: datetime) -> str:
    """Call the work; return "" or the error's text, so that one failure keeps nothing else from running."""
    try:
        work(now)
    except Exception as error:
        log.exception("%s failed", name)
        return f"{type(error).__name__}: {error}"[:_ERROR_CHARS]
    return ""
