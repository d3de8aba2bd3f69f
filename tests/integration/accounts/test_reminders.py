"""Password reminders: who gets one, once, and what happens when the password has ended."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts import directory, policy, reminders
from accounts.models import User
from deployment import scheduler
from deployment.personas import Persona
from notifications.models.outbox import OutgoingMail
from tests.support import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def _forty_five_days(now: datetime) -> None:
    policy.save(lifetime_days=45, remind_days_before=15, actor="ada", now=now)


def age(user: User, *, days: float, now: datetime) -> User:
    User.objects.filter(pk=user.pk).update(password_changed_at=now - timedelta(days=days))
    user.refresh_from_db()
    return user


def recipients() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("recipient", flat=True))


def test_without_a_lifetime_nobody_is_reminded(now: datetime) -> None:
    age(people.ada(), days=4000, now=now)
    assert reminders.post_password_reminders(now) == 0


@pytest.mark.usefixtures("_forty_five_days")
def test_admins_and_internal_users_are_reminded_within_the_days_before_the_end(now: datetime) -> None:
    age(people.ada(), days=31, now=now)
    age(people.sami(), days=44.9, now=now)
    age(people.hana(), days=29, now=now)
    age(people.omar(), days=45.1, now=now)
    assert reminders.post_password_reminders(now) == 2
    assert recipients() == ["ada@testlab.com", "sami@testlab.com"]
    assert set(OutgoingMail.objects.values_list("persona", flat=True)) == {"pan"}


@pytest.mark.usefixtures("_forty_five_days")
def test_the_window_opens_to_the_second(now: datetime) -> None:
    age(people.ada(), days=30, now=now)
    age(people.sami(), days=30 - 1 / 86400, now=now)
    assert reminders.post_password_reminders(now) == 1
    assert recipients() == ["ada@testlab.com"]


@pytest.mark.usefixtures("_forty_five_days")
def test_a_second_run_reminds_nobody_and_a_new_deadline_does(now: datetime) -> None:
    ada = age(people.ada(), days=31, now=now)
    assert [reminders.post_password_reminders(now) for _ in range(3)] == [1, 0, 0]
    assert reminders.post_password_reminders(now + timedelta(days=3)) == 0
    directory.change_password(
        username="ada", old_password=people.PASSWORD, password="copper-window-violet-31", actor="ada", now=now
    )
    assert reminders.post_password_reminders(now + timedelta(days=3)) == 0
    age(ada, days=35, now=now)
    assert reminders.post_password_reminders(now) == 1


@pytest.mark.usefixtures("_forty_five_days")
def test_another_threshold_reminds_once_more(now: datetime) -> None:
    age(people.ada(), days=43, now=now)
    reminders.post_password_reminders(now)
    policy.save(lifetime_days=45, remind_days_before=3, actor="ada", now=now)
    assert [reminders.post_password_reminders(now) for _ in range(2)] == [1, 0]


@pytest.mark.usefixtures("_forty_five_days")
def test_the_disabled_and_the_unreachable_are_left_out(now: datetime) -> None:
    age(people.hana(), days=40, now=now)
    directory.disable(username="hana", actor="ada", now=now)
    User.objects.filter(pk=age(people.sami(), days=40, now=now).pk).update(email="")
    age(people.omar(), days=40, now=now)
    User.objects.filter(username="omar").update(email="omar@localhost")
    assert reminders.post_password_reminders(now) == 0


@pytest.mark.usefixtures("_forty_five_days")
def test_the_mail_names_the_end_and_the_page_in_the_persons_language(now: datetime) -> None:
    sami = age(people.sami(), days=40, now=now)
    User.objects.filter(pk=sami.pk).update(language="fr")
    reminders.post_password_reminders(now)
    mail = OutgoingMail.objects.get()
    assert mail.language == "fr"
    sami.refresh_from_db()
    values = reminders._values_of(sami, policy.current().ends_at(sami), now=now)
    assert values["console_url"] == "http://127.0.0.1:8000/sponsor/password/"
    assert values["ui_user_name"] == "sami"
    assert values["ui_time_left"].startswith("5 ")


@pytest.mark.usefixtures("_forty_five_days")
def test_a_reminder_that_is_no_longer_true_is_not_wanted(now: datetime) -> None:
    age(people.ada(), days=40, now=now)
    reminders.post_password_reminders(now)
    mail = OutgoingMail.objects.get()
    assert reminders.is_still_wanted(mail.reference)
    directory.reset_password(username="ada", password="copper-window-violet-31", actor="x", now=now)
    assert not reminders.is_still_wanted(mail.reference)
    assert not reminders.is_still_wanted("password:999:20260101T000000Z")


def test_the_job_runs_every_hour_on_the_pan() -> None:
    job = scheduler._jobs["accounts.password-reminders"]
    assert (job.persona, job.period_seconds) == (Persona.PAN, 3600)


@pytest.mark.usefixtures("_forty_five_days")
def test_a_password_past_its_end_must_be_changed_at_sign_in(now: datetime, client: Client) -> None:
    age(people.ada(), days=46, now=now)
    client.post("/sign-in/", {"login": "ada", "password": people.PASSWORD})
    assert client.get("/admin/system/audit/").headers["Location"] == "/password/change/"
    assert "has expired" in client.get("/password/change/").content.decode()


@pytest.mark.usefixtures("_forty_five_days")
def test_a_password_before_its_end_need_not_be_changed(now: datetime, client: Client) -> None:
    age(people.ada(), days=44, now=now)
    client.post("/sign-in/", {"login": "ada", "password": people.PASSWORD})
    assert client.get("/admin/system/audit/").status_code == 200
