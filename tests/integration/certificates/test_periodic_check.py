"""Certificate periodic check settings: the times, the job on the PAN, what a check finds, and the page."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from certificates import tasks
from certificates.health import periodic, schedule
from certificates.health.schedule import Schedule
from certificates.models import CertificateCheck, CheckSettings, CrlState
from certificates.revocation import settings as revocation
from certificates.revocation.settings import RevocationChange
from console.models import AuditEvent
from deployment import scheduler
from deployment.broker import BrokerGone
from tests.support import people
from tests.support.pages import PART
from tests.support.pki import DAY, intermediate, root, server
from tests.support.revocation import Entry, crl
from tests.support.seenchains import see, store

pytestmark = pytest.mark.django_db
PAGE = "/admin/system/certificates/periodic-check/"
HOUR = timedelta(hours=1)
MORNING = Schedule(first_at=time(2, 30), every_hours=6)


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was sent to the broker, as task and queue."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(schedule, "publish", lambda task, *, queue: sent.append((task, queue)))
    return sent


@pytest.fixture
def without_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(task: str, *, queue: str) -> None:
        raise BrokerGone(f"{task} {queue}")

    monkeypatch.setattr(schedule, "publish", gone)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def make_due(now: datetime) -> None:
    schedule.current(now=now)
    CheckSettings.objects.update(due_at=now)


def codes() -> dict[str, str]:
    return dict(CertificateCheck.objects.values_list("endpoint", "code"))


def test_the_first_look_stores_the_defaults_of_ise_and_checks_nothing_yet(published: list[Any]) -> None:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    periodic.look(now)
    row = CheckSettings.objects.get()
    assert schedule.chosen(row) == Schedule(True, time(0, 0), 24)
    assert row.due_at == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    assert published == []


def test_saved_times_are_audited_and_a_slot_that_is_over_does_not_count() -> None:
    now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert schedule.save(schedule=MORNING, actor="ada", now=now)
    assert CheckSettings.objects.get().due_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    event = AuditEvent.objects.latest("pk")
    assert event.action == "certificate_check.save"
    assert event.before == {"first_at": "00:00:00", "every_hours": 24}
    assert event.after == {"first_at": "02:30:00", "every_hours": 6}
    assert not schedule.save(schedule=MORNING, actor="ada", now=now + HOUR)


def test_the_times_are_those_of_the_time_zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Paris"
    now = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    schedule.save(schedule=replace(MORNING, every_hours=24), actor="ada", now=now)
    assert CheckSettings.objects.get().due_at == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


def test_checks_that_are_off_are_never_due(published: list[Any], now: datetime) -> None:
    schedule.save(schedule=Schedule(is_on=False), actor="ada", now=now)
    periodic.look(now + 3 * DAY)
    assert CheckSettings.objects.get().due_at is None
    assert published == []


def test_a_due_check_is_given_to_the_workers_of_the_pan(published: list[Any], now: datetime) -> None:
    make_due(now)
    periodic.look(now)
    assert published == [("certificates.check_chains", "persona.pan")]
    assert CheckSettings.objects.get().checked_at is None


def test_a_check_that_no_worker_took_up_is_made_by_the_daemon(published: list[Any], now: datetime) -> None:
    make_due(now - 4 * timedelta(minutes=1))
    periodic.look(now)
    assert CheckSettings.objects.get().checked_at == now


@pytest.mark.usefixtures("without_broker")
def test_without_a_broker_the_daemon_checks_at_once(now: datetime) -> None:
    make_due(now)
    periodic.look(now)
    row = CheckSettings.objects.get()
    assert row.checked_at == now and row.due_at > now


def test_the_scheduler_looks_every_minute_on_the_pan() -> None:
    job = scheduler._jobs["certificates.periodic-check"]
    assert (job.period_seconds, job.persona.value, job.run) == (60, "pan", periodic.look)


def test_a_check_runs_once_however_many_messages_ask_for_it(now: datetime) -> None:
    make_due(now)
    assert periodic.run(now)
    assert not periodic.run(now + timedelta(seconds=1))
    tasks.check_chains()
    assert CheckSettings.objects.get().checked_at == now


def test_a_check_under_way_keeps_others_away_until_it_must_have_died(now: datetime) -> None:
    make_due(now)
    assert schedule.claim(now=now)
    CheckSettings.objects.update(due_at=now)
    assert not schedule.claim(now=now + 10 * timedelta(minutes=1))
    assert schedule.is_running(CheckSettings.objects.get(), now=now + 10 * timedelta(minutes=1))
    assert schedule.claim(now=now + 16 * timedelta(minutes=1))


def test_a_missed_day_is_made_up_for_with_one_check(now: datetime) -> None:
    make_due(now - 3 * DAY)
    assert periodic.run(now)
    assert not periodic.run(now + timedelta(minutes=1))
    due = CheckSettings.objects.get().due_at
    assert due is not None and now < due <= now + DAY


def test_the_chain_in_use_is_verified_with_the_store_as_it_is(now: datetime) -> None:
    authority = root()
    row = store(authority, now)
    see([server(authority)], authority, now - DAY)
    make_due(now)
    periodic.run(now)
    assert codes() == {"smtp mail.testlab.com:587": "OK"}
    type(row).objects.filter(pk=row.pk).update(status="disabled")
    revocation.StoreVersion.bump()
    make_due(now)
    periodic.run(now + HOUR)
    assert codes() == {"smtp mail.testlab.com:587": "ISSUER_DISABLED"}


def test_a_certificate_on_the_list_of_its_authority_is_found_revoked(now: datetime) -> None:
    authority = root()
    row = store(authority, now)
    leaf = server(authority)
    see([leaf], authority, now - DAY)
    chosen = RevocationChange(crl_enabled=True, crl_url="http://pki.testlab.com/root.crl")
    revocation.change(certificate_id=row.pk, change=chosen, actor="ada", now=now)
    entry = Entry(leaf.certificate.serial_number)
    CrlState.objects.filter(pk=row.pk).update(der=crl(authority, entries=[entry]), received_at=now)
    revocation.StoreVersion.bump()
    make_due(now)
    periodic.run(now)
    assert codes() == {"smtp mail.testlab.com:587": "REVOKED_CRL"}
    [result] = periodic.last_results()
    assert (result.label, result.is_ok) == ("SMTP server mail.testlab.com:587", False)
    assert "was revoked" in result.reason.cause


def test_only_the_newest_chain_of_an_endpoint_counts_and_old_endpoints_are_forgotten(now: datetime) -> None:
    authority = root()
    store(authority, now)
    see([server(authority, not_after=now - DAY)], authority, now - 3 * DAY)
    see([server(authority)], authority, now - DAY)
    see([server(authority)], authority, now - 40 * DAY, endpoint="old.testlab.com:25")
    CertificateCheck.objects.create(endpoint="smtp gone:25", code="OK", checked_at=now)
    make_due(now)
    periodic.run(now)
    assert codes() == {"smtp mail.testlab.com:587": "OK"}


def test_an_issuer_that_ends_between_two_checks_is_found(now: datetime) -> None:
    authority = root()
    issuing = intermediate(authority, not_after=now + DAY)
    store(authority, now)
    see([server(issuing), issuing], authority, now)
    make_due(now)
    periodic.run(now)
    make_due(now + 2 * DAY)
    periodic.run(now + 2 * DAY)
    assert codes() == {"smtp mail.testlab.com:587": "CERT_EXPIRED"}


def test_ada_saves_the_times(ada: Client) -> None:
    page = text_of(ada.get(PAGE))
    assert "Time zone of this deployment: UTC." in page and 'value="00:00"' in page
    typed = {"is_on": "on", "first_at": "02:30", "every_hours": "6"}
    assert "settings saved." in text_of(ada.post(PAGE, typed, follow=True))
    assert schedule.chosen(CheckSettings.objects.get()) == MORNING


def test_switching_off_keeps_the_times(ada: Client) -> None:
    ada.post(PAGE, {"is_on": "on", "first_at": "02:30", "every_hours": "6"})
    ada.post(PAGE, {"first_at": "nonsense"})
    assert schedule.chosen(CheckSettings.objects.get()) == replace(MORNING, is_on=False)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"first_at": ""}, "first_at", "Enter a time of the day"),
        ({"first_at": "25:00"}, "first_at", "Enter a time of the day"),
        ({"every_hours": ""}, "every_hours", "Enter 1 to 24 hours."),
        ({"every_hours": "0"}, "every_hours", "Enter 1 to 24 hours."),
        ({"every_hours": "25"}, "every_hours", "Enter 1 to 24 hours."),
    ],
)
def test_bad_input_stands_beside_its_field(
    ada: Client, typed: dict[str, str], field: str, sentence: str
) -> None:
    response = ada.post(PAGE, {"is_on": "on", "first_at": "02:30", "every_hours": "6"} | typed)
    assert sentence in text_of(response)
    assert list(response.context["form"].errors) == [field]
    assert schedule.chosen(CheckSettings.objects.get()) == Schedule()


def test_check_now_asks_the_workers_after_the_commit_and_shows_what_they_found(
    ada: Client, now: datetime, published: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    authority = root()
    store(authority, now)
    see([server(authority)], authority, now - DAY)
    with django_capture_on_commit_callbacks(execute=True):
        page = text_of(ada.post(f"{PAGE}now/", follow=True))
    assert published == [("certificates.check_chains", "persona.pan")]
    assert "Waiting for a worker" in page and "hx-get" in page
    assert ada.get(f"{PAGE}state/", headers=PART).status_code == 204
    tasks.check_chains()
    answer = ada.get(f"{PAGE}state/", headers=PART)
    assert answer.status_code == 286
    assert "SMTP server mail.testlab.com:587" in unescape(answer.content.decode())
    assert AuditEvent.objects.latest("pk").action == "certificate_check.run"


def test_a_refused_chain_stands_on_the_page_with_its_remedy(ada: Client, now: datetime) -> None:
    params = {"role": "server", "name": "mail", "date": now.isoformat(), "days": "3"}
    verdict = {"code": "CERT_EXPIRED", "params": params, "chain": [], "findings": []}
    CertificateCheck.objects.create(
        endpoint="smtp m:25", code="CERT_EXPIRED", verdict=verdict, checked_at=now
    )
    page = text_of(ada.get(PAGE))
    assert "SMTP server m:25" in page and "Renew it" in page


def test_hana_reads_and_changes_nothing(now: datetime) -> None:
    hana = people.client_for(people.hana())
    page = text_of(hana.get(PAGE))
    assert "Check now" not in page
    assert hana.post(PAGE, {"is_on": "on"}).status_code == 403
    assert hana.post(f"{PAGE}now/").status_code == 403
