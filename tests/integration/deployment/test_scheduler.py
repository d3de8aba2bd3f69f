"""Periodic jobs: once a slot, on the node on duty, the latest missed slot only."""

from datetime import UTC, datetime, timedelta

import pytest

from deployment import scheduler
from deployment.leases import keep_duties
from deployment.models import PeriodicRun
from deployment.personas import Persona
from deployment.scheduler import Job, run_due
from tests.support.nodes import ALL_PERSONAS, add_node

pytestmark = pytest.mark.django_db
EIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)


class Bell:
    """A job's work: counts its calls, and fails when told to."""

    def __init__(self, *, error: Exception | None = None) -> None:
        self.rung_at: list[datetime] = []
        self._error = error

    def __call__(self, now: datetime) -> None:
        self.rung_at.append(now)
        if self._error:
            raise self._error


def on_duty_at(moment: datetime) -> None:
    add_node("ise3-1", moment)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=moment)


def job(bell: Bell, persona: Persona = Persona.PAN, name: str = "bell") -> Job:
    return Job(name, 60, persona, bell)


def test_a_job_runs_once_in_each_slot_however_often_it_is_asked() -> None:
    on_duty_at(EIGHT)
    bell = Bell()
    moments = [EIGHT + timedelta(seconds=seconds) for seconds in (0, 5, 10, 25)]
    assert [run_due(job(bell), moment) for moment in moments] == [True, False, False, False]
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=EIGHT + timedelta(seconds=60))
    assert run_due(job(bell), EIGHT + timedelta(seconds=61))
    assert len(bell.rung_at) == 2


def test_after_a_downtime_only_the_latest_missed_slot_runs() -> None:
    on_duty_at(EIGHT)
    bell = Bell()
    run_due(job(bell), EIGHT)
    back = EIGHT + timedelta(hours=3)
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=back)
    assert run_due(job(bell), back)
    assert not run_due(job(bell), back)
    assert bell.rung_at == [EIGHT, back]


def test_a_clock_that_jumps_back_runs_nothing_twice() -> None:
    on_duty_at(EIGHT)
    bell = Bell()
    run_due(job(bell), EIGHT + timedelta(seconds=10))
    assert not run_due(job(bell), EIGHT + timedelta(seconds=3))


def test_a_slot_that_another_scheduler_took_first_is_left_to_it() -> None:
    on_duty_at(EIGHT)
    bell = Bell()
    PeriodicRun.objects.create(job="bell", slot_at=EIGHT, owner="ise3-2", started_at=EIGHT)
    assert not run_due(job(bell), EIGHT)
    assert bell.rung_at == []


def test_a_node_that_is_not_on_duty_runs_nothing() -> None:
    add_node("ise3-1", EIGHT)
    add_node("ise3-2", EIGHT)
    keep_duties(ALL_PERSONAS, holder="ise3-2", now=EIGHT)
    bell = Bell()
    assert not run_due(job(bell, Persona.MNT), EIGHT)
    assert not PeriodicRun.objects.exists()


def test_the_run_keeps_who_ran_it_and_when() -> None:
    on_duty_at(EIGHT)
    run_due(job(Bell()), EIGHT + timedelta(seconds=7))
    run = PeriodicRun.objects.get()
    assert (run.owner, run.slot_at, run.error) == ("ise3-1", EIGHT, "")
    assert run.ended_at is not None


def test_a_job_that_raises_is_logged_and_recorded_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    on_duty_at(EIGHT)
    broken, whole, early = Bell(error=ValueError("no bell")), Bell(), Bell(error=KeyError("pass"))
    monkeypatch.setattr(scheduler, "_jobs", {})
    monkeypatch.setattr(scheduler, "_passes", {})
    scheduler.register_job("broken", period_seconds=60, persona=Persona.PAN, run=broken)
    scheduler.register_job("whole", period_seconds=60, persona=Persona.PAN, run=whole)
    scheduler.register_pass("early", early)
    scheduler.run_round(EIGHT)
    assert len(whole.rung_at) == len(early.rung_at) == 1
    assert PeriodicRun.objects.get(job="broken").error == "ValueError: no bell"
    assert {"broken failed", "early failed"} <= set(caplog.messages)


def test_runs_are_kept_for_two_weeks() -> None:
    for days in (1, 13, 15, 40):
        moment = EIGHT - timedelta(days=days)
        PeriodicRun.objects.create(job="bell", slot_at=moment, owner="ise3-1", started_at=moment)
    assert scheduler.forget_old_runs(EIGHT) == 2
    assert PeriodicRun.objects.count() == 2
