"""Posting into the outbox: what is written, what is refused, and what the broker may not spoil."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from console import secrets
from console.models import AuditEvent
from notifications import outbox, sweeps
from notifications.categories import ALARM, GUEST_CREDENTIALS, PASSWORD_EXPIRY, categories
from notifications.mail.states import Event, State, sources
from notifications.models import MailText, OutgoingMail
from notifications.senders import guest_email_settings, save_guest_email_settings

pytestmark = pytest.mark.django_db


def post(now, **changes):
    wanted = {
        "category": GUEST_CREDENTIALS,
        "to": "gita@guest.example",
        "values": {"ui_user_name": "ggarg", "ui_first_name": "Gita"},
        "secret_values": {"ui_password": "7h4Kp2mQ9xWd"},
        "language": "en",
        "reference": "guest:0c9e",
        "now": now,
    }
    return outbox.post(**{**wanted, **changes})


def row(posted):
    return OutgoingMail.objects.get(pk=posted.id)


def test_a_post_leaves_one_queued_mail_of_the_psn_that_is_due_at_once(now):
    posted = post(now)
    mail = row(posted)
    assert posted.created
    assert (mail.state, mail.persona, mail.due_at) == (State.QUEUED, "psn", now)
    assert mail.message_id == f"<{posted.id}@ise3-1.testlab.com>"
    assert mail.not_after == now + timedelta(hours=24)


def test_no_value_of_a_mail_is_in_the_database_in_clear(now):
    mail = row(post(now))
    stored = json.dumps([str(value) for value in vars(mail).values()])
    assert "7h4Kp2mQ9xWd" not in stored and "ggarg" not in stored


def test_the_sealed_values_of_a_mail_do_not_open_in_another_mail(now):
    first, second = row(post(now)), row(post(now))
    with pytest.raises(secrets.SealBroken):
        secrets.unseal(first.secrets_sealed, context=f"outbox/{second.id}/secrets")


def test_a_post_that_is_rolled_back_was_never_there(now):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post(now)
        _ = 1 / 0
    assert not OutgoingMail.objects.exists()


def test_a_second_post_with_the_same_key_writes_nothing_and_names_the_first(now):
    first = post(now, dedupe_key="expiry:0c9e:3d")
    second = post(now, dedupe_key="expiry:0c9e:3d")
    assert (second.id, second.created) == (first.id, False)
    assert OutgoingMail.objects.count() == 1


def test_a_key_cannot_be_used_for_a_mail_about_something_else(now):
    post(now, dedupe_key="k")
    with pytest.raises(outbox.DedupeKeyReused):
        post(now, dedupe_key="k", reference="guest:other")


def test_two_posts_that_race_with_one_key_leave_one_mail(now, monkeypatch):
    first = post(now, dedupe_key="k")
    looked = iter([None])
    real = outbox._posted_before
    monkeypatch.setattr(outbox, "_posted_before", lambda mail: next(looked, False) or real(mail))
    second = post(now, dedupe_key="k")
    assert (second.id, second.created) == (first.id, False)


def test_an_address_that_is_none_is_refused_and_nothing_is_written(now):
    with pytest.raises(outbox.AddressRefused):
        post(now, to="gita@guest.example\r\nBcc: ada@testlab.com")
    assert not OutgoingMail.objects.exists()


def test_a_value_whose_name_the_mail_does_not_have_is_refused(now):
    with pytest.raises(ValueError, match="ui_ssid"):
        post(now, values={"ui_ssid": "guest"})
    with pytest.raises(ValueError, match="ui_password"):
        post(now, values={"ui_password": "in clear"})


def test_guests_are_not_mailed_while_the_settings_have_it_off_but_admins_are(now):
    save_guest_email_settings(
        enabled=False, default_from="wifi@testlab.com", always_default=False, actor="ada", now=now
    )
    with pytest.raises(outbox.GuestMailDisabled):
        post(now)
    assert post(now, category=ALARM, values={"alarm_name": "x"}, secret_values={}).created


@pytest.mark.parametrize(
    ("always_default", "sponsor", "expected"),
    [
        (False, "sami@testlab.com", "sami@testlab.com"),
        (False, "", "wifi@testlab.com"),
        (False, "no address", "wifi@testlab.com"),
        (True, "sami@testlab.com", "wifi@testlab.com"),
    ],
)
def test_the_from_is_the_sponsors_or_the_default_as_the_settings_say(now, always_default, sponsor, expected):
    save_guest_email_settings(
        enabled=True, default_from="wifi@testlab.com", always_default=always_default, actor="ada", now=now
    )
    mail = row(post(now, sponsor_address=sponsor))
    assert (mail.from_header, mail.envelope_from) == (expected, expected)


def test_an_alarm_comes_from_ise_at_the_nodes_name_and_a_reminder_from_the_default(now):
    alarm = row(
        post(now, category=ALARM, values={"alarm_name": "x"}, secret_values={}, sponsor_address="s@x.example")
    )
    reminder = row(post(now, category=PASSWORD_EXPIRY, secret_values={}))
    assert (alarm.from_header, alarm.persona) == ("ise@ise3-1.testlab.com", "mnt")
    assert (reminder.from_header, reminder.persona) == ("donotreply@example.com", "pan")


def test_the_default_from_of_a_new_installation_is_called_an_example():
    assert guest_email_settings().has_example_from


@pytest.mark.parametrize("row_", categories(), ids=lambda row_: row_.name)
def test_every_mail_keeps_its_text_in_english_and_french_once(now, row_):
    for language in ("en", "fr", "fr-ca", "pt"):
        values = dict.fromkeys(row_.variables, "x")
        outbox.post(
            category=row_.name,
            to="gita@guest.example",
            values=values,
            secret_values=dict.fromkeys(row_.secret_variables, "x"),
            language=language,
            reference="x",
            now=now,
        )
    assert sorted(MailText.objects.values_list("folder", "language")) == [
        (row_.folder, "en"),
        (row_.folder, "fr"),
    ]


def test_cancelling_takes_back_what_waits_with_its_values_and_is_audited(now):
    mail = row(post(now))
    assert outbox.cancel(reference="guest:0c9e", actor="sami", now=now) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.values_sealed, mail.secrets_sealed) == (State.CANCELLED, "", "")
    assert AuditEvent.objects.get(action="mail.cancel").actor == "sami"
    assert outbox.cancel(reference="guest:0c9e", actor="sami", now=now) == 0


def dead(now):
    posted = post(now)
    OutgoingMail.objects.filter(pk=posted.id).update(
        state=State.DEAD, attempts=7, last_code="RECIPIENT_REFUSED"
    )
    return posted


def test_an_admin_sends_a_dead_mail_again_and_the_audit_says_so(now):
    posted = dead(now)
    outbox.resend(mail_id=posted.id, actor="ada", now=now)
    mail = row(posted)
    assert (mail.state, mail.attempts) == (State.QUEUED, 0)
    event = AuditEvent.objects.get(action="mail.resend")
    assert (event.actor, event.before["state"]) == ("ada", "DEAD")


def test_a_mail_that_waits_cannot_be_sent_again(now):
    with pytest.raises(outbox.MoveForbidden):
        outbox.resend(mail_id=post(now).id, actor="ada", now=now)


def test_a_mail_whose_secret_is_erased_cannot_be_sent_again(now):
    posted = dead(now)
    later = now + timedelta(hours=24)
    sweeps.sweep(later)
    assert row(posted).secrets_sealed == ""
    with pytest.raises(outbox.ValuesErased):
        outbox.resend(mail_id=posted.id, actor="ada", now=later)
    assert row(posted).state == State.DEAD


def test_a_mail_sent_again_late_is_of_no_more_use_than_its_secret(now):
    posted = dead(now)
    outbox.resend(mail_id=posted.id, actor="ada", now=now + timedelta(hours=20))
    assert row(posted).not_after == now + timedelta(hours=24)


def test_a_mail_past_its_use_expires_and_holds_nothing_any_more(now):
    posted = post(now, not_after=now + timedelta(minutes=5))
    sweeps.sweep(now + timedelta(minutes=4))
    assert row(posted).state == State.QUEUED
    sweeps.sweep(now + timedelta(minutes=5))
    mail = row(posted)
    assert (mail.state, mail.values_sealed, mail.secrets_sealed) == (State.EXPIRED, "", "")


def test_a_dead_mail_loses_its_values_after_a_week(now):
    posted = dead(now)
    sweeps.erase(now + timedelta(days=6))
    assert row(posted).values_sealed
    sweeps.erase(now + timedelta(days=7))
    assert not row(posted).values_sealed


def test_counts_name_every_state(now):
    dead(now)
    post(now)
    counts = outbox.counts()
    assert set(counts) == set(State)
    assert (counts[State.DEAD], counts[State.QUEUED], counts[State.SENT]) == (1, 1, 0)


def test_the_database_refuses_a_sent_mail_that_still_holds_values(now):
    posted = post(now)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=posted.id).update(state=State.SENT, sent_at=now)


def test_the_database_refuses_a_mail_in_sending_without_a_lease(now):
    posted = post(now)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=posted.id).update(state=State.SENDING)


@pytest.mark.parametrize("event", Event)
def test_a_move_changes_only_the_rows_from_which_it_may_start(now, event):
    allowed = 0
    for state in State:
        posted = post(now)
        fields = {"state": state}
        if state is State.SENDING:
            fields |= {"lease_until": now}
        if state is State.SENT:
            fields |= {"sent_at": now, "values_sealed": "", "secrets_sealed": ""}
        OutgoingMail.objects.filter(pk=posted.id).update(**fields)
        extra = {"lease_until": now} if event is Event.CLAIM else {}
        if event is Event.ACCEPT:
            extra = {"sent_at": now, "values_sealed": "", "secrets_sealed": ""}
        moved = OutgoingMail.objects.filter(pk=posted.id).move(event, **extra)
        assert moved == (1 if row(posted).state != state else 0)
        allowed += moved
    assert allowed == len(sources(event))
