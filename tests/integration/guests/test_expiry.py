"""The end of guest accounts."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from console.models import AuditEvent
from guests import expiry, sponsorship
from guests.lifecycle import State
from guests.models import GuestAccount, GuestType
from guests.sponsors import Sponsor
from notifications import senders
from notifications.models.outbox import OutgoingMail
from notifications.payload import open_values

pytestmark = pytest.mark.django_db
Make = Callable[..., sponsorship.Issued]
TWO_DAYS, FOUR_DAYS = timedelta(days=2), timedelta(days=4)


def test_a_guest_is_told_once_three_days_before_the_end(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    account = make_guest(sami, ends_at=now + FOUR_DAYS).account
    assert expiry.post_expiry_notices(now) == 0
    assert expiry.post_expiry_notices(now + timedelta(days=1)) == 1
    for hours in range(25, 96):
        assert expiry.post_expiry_notices(now + timedelta(hours=hours)) == 0
    mail = OutgoingMail.objects.get()
    assert (mail.category, mail.persona, mail.recipient) == ("guest_expiry", "pan", "gita@guest.example")
    assert mail.not_after == account.ends_at
    values = open_values(mail.pk, values_sealed=mail.values_sealed, secrets_sealed="")
    assert values["ui_time_left"] == "3 days"
    assert values["ui_user_name"] == "ggarg"


def test_an_extended_account_is_told_of_its_new_end(sami: Sponsor, make_guest: Make, now: datetime) -> None:
    make_guest(sami, ends_at=now + TWO_DAYS)
    assert expiry.post_expiry_notices(now) == 1
    GuestAccount.objects.update(ends_at=now + FOUR_DAYS)
    assert expiry.post_expiry_notices(now) == 0
    assert expiry.post_expiry_notices(now + TWO_DAYS) == 1
    assert OutgoingMail.objects.count() == 2


def test_another_advance_is_another_notice(sami: Sponsor, make_guest: Make, now: datetime) -> None:
    make_guest(sami, ends_at=now + TWO_DAYS)
    assert expiry.post_expiry_notices(now) == 1
    GuestType.objects.update(expiry_notice_amount=1)
    assert expiry.post_expiry_notices(now) == 0
    assert expiry.post_expiry_notices(now + timedelta(days=1)) == 1


def test_a_notice_is_no_longer_wanted_when_the_account_was_extended_or_is_gone(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    account = make_guest(sami, ends_at=now + TWO_DAYS).account
    expiry.post_expiry_notices(now)
    reference = OutgoingMail.objects.get().reference
    assert expiry.is_still_wanted(reference)
    GuestAccount.objects.update(ends_at=now + timedelta(days=2, minutes=1))
    assert not expiry.is_still_wanted(reference)
    GuestAccount.objects.update(ends_at=account.ends_at, state=State.SUSPENDED)
    assert not expiry.is_still_wanted(reference)
    GuestAccount.objects.all().delete()
    assert not expiry.is_still_wanted(reference)


@pytest.mark.parametrize("state", [State.PENDING_APPROVAL, State.SUSPENDED, State.EXPIRED, State.DENIED])
def test_accounts_that_nobody_can_use_get_no_notice(
    sami: Sponsor, make_guest: Make, now: datetime, state: State
) -> None:
    make_guest(sami, ends_at=now + TWO_DAYS)
    GuestAccount.objects.update(state=state)
    assert expiry.post_expiry_notices(now) == 0


def test_a_type_without_notice_and_a_guest_without_address_get_none(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    daily = GuestType.objects.get(name="Daily (default)")
    make_guest(sami, guest_type=daily, ends_at=now + timedelta(days=1))
    make_guest(sami, form_token="form-2", email="", ends_at=now + TWO_DAYS)
    assert expiry.post_expiry_notices(now) == 0


def test_an_unusable_address_is_tried_once_and_keeps_nobody_else_from_being_told(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    make_guest(sami, form_token="form-1", email="a!b@guest.example", ends_at=now + timedelta(days=1))
    make_guest(sami, form_token="form-2", ends_at=now + TWO_DAYS)
    assert expiry.post_expiry_notices(now) == 1
    assert OutgoingMail.objects.get().recipient == "gita@guest.example"
    assert GuestAccount.objects.filter(warned_end_at=None).count() == 0


def test_while_guest_mail_is_off_nobody_counts_as_told(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    make_guest(sami, ends_at=now + TWO_DAYS)
    settings = {"default_from": "wifi@testlab.com", "always_default": True}
    senders.save_guest_email_settings(enabled=False, **settings, actor="ada", now=now)
    assert expiry.post_expiry_notices(now) == 0
    senders.save_guest_email_settings(enabled=True, **settings, actor="ada", now=now)
    assert expiry.post_expiry_notices(now) == 1


def test_at_the_end_an_account_is_expired_once_and_its_password_gone(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    account = make_guest(sami, ends_at=now + timedelta(hours=2)).account
    assert expiry.mark_expired(now + timedelta(hours=2, seconds=-1)) == 0
    assert expiry.mark_expired(now + timedelta(hours=2)) == 1
    assert expiry.mark_expired(now + timedelta(hours=3)) == 0
    account.refresh_from_db()
    assert (account.state, account.sealed_password) == (State.EXPIRED, "")
    event = AuditEvent.objects.get(action="guest.expire")
    assert (event.actor, event.before) == ("system", {"state": "AWAITING_INITIAL_LOGIN"})


def test_denied_accounts_stay_denied(sami: Sponsor, make_guest: Make, now: datetime) -> None:
    make_guest(sami, ends_at=now + timedelta(hours=2))
    GuestAccount.objects.update(state=State.DENIED)
    assert expiry.mark_expired(now + timedelta(days=1)) == 0
