"""A visitor registers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from console.models import AuditEvent
from guests import credentials, portals, registration
from guests.lifecycle import State
from guests.models import GuestAccount
from guests.registration import Registered, Visitor
from notifications import outbox, senders
from notifications.models.outbox import OutgoingMail
from notifications.payload import open_values

pytestmark = pytest.mark.django_db
GITA = Visitor("Gita", "Garg", "gita@guest.example", "Testlab", "fr")


def register(now: datetime, visitor: Visitor = GITA, *, form_token: str = "form-1") -> Registered:
    return registration.register(visitor=visitor, form_token=form_token, now=now, address="192.0.2.7")


def test_a_visitor_gets_a_daily_account_and_the_credentials_mail(now: datetime) -> None:
    registered = register(now)
    account = GuestAccount.objects.get()
    assert registered.account == account
    assert account.guest_type.name == "Daily (default)"
    assert account.ends_at - account.begins_at == timedelta(days=1)
    assert (account.state, account.portal) == (State.AWAITING_INITIAL_LOGIN, "self-registered")
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.language, mail.persona) == ("gita@guest.example", "fr", "psn")
    assert mail.reference == f"guest:{account.pk}"
    values = open_values(mail.pk, values_sealed=mail.values_sealed, secrets_sealed=mail.secrets_sealed)
    assert registered.password is not None
    assert values["ui_password"] == registered.password
    assert credentials.is_password(account, registered.password)


def test_the_audit_has_the_registration_and_no_password(now: datetime) -> None:
    registered = register(now)
    event = AuditEvent.objects.get()
    assert (event.actor, event.action, event.address) == ("guest", "guest.register", "192.0.2.7")
    assert event.target == f"guest:{registered.account.pk}"
    assert str(registered.password) not in repr(event.after)
    assert str(registered.password) not in repr(registered)


def test_a_double_submit_makes_one_account_one_mail_and_shows_the_same_password(now: datetime) -> None:
    first, second = register(now), register(now)
    assert (second.account.pk, second.password) == (first.account.pk, first.password)
    assert GuestAccount.objects.count() == OutgoingMail.objects.count() == 1


def test_the_back_button_does_not_show_a_password_again(now: datetime) -> None:
    GuestAccount.objects.filter(pk=register(now).account.pk).update(password_shown_at=now)
    assert register(now).password is None
    assert GuestAccount.objects.count() == 1


def test_a_corrected_address_is_a_registration_of_its_own(now: datetime) -> None:
    register(now, replace(GITA, email="gtia@guest.example"))
    register(now)
    assert {mail.recipient for mail in OutgoingMail.objects.all()} == {
        "gtia@guest.example",
        "gita@guest.example",
    }


def test_one_address_is_mailed_three_times_an_hour_however_it_is_written(now: datetime) -> None:
    for number, email in enumerate(("gita@guest.example", "Gita@Guest.Example", "gita@guest.example")):
        register(now, replace(GITA, email=email), form_token=f"form-{number}")
    with pytest.raises(registration.TooManyMails):
        register(now, form_token="form-4")
    assert OutgoingMail.objects.count() == GuestAccount.objects.count() == 3
    register(now + timedelta(hours=1), form_token="form-4")
    assert OutgoingMail.objects.count() == 4


def test_one_network_address_sends_thirty_forms_an_hour(now: datetime) -> None:
    def try_once(number: int) -> bool:
        try:
            register(now, replace(GITA, email=f"guest{number}@guest.example"), form_token=f"form-{number}")
        except registration.TooManyForms:
            return False
        return True

    assert [try_once(number) for number in range(32)] == [True] * 30 + [False] * 2


def test_an_unusable_address_leaves_no_account_and_no_mail(now: datetime) -> None:
    with pytest.raises(outbox.AddressRefused):
        register(now, replace(GITA, email="a!b@guest.example"))
    assert not GuestAccount.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("email", "is_allowed"),
    [
        ("gita@testlab.com", True),
        ("gita@paris.testlab.com", True),
        ("gita@TESTLAB.COM", True),
        ("gita@eviltestlab.com", False),
        ("gita@testlab.com.evil.example", False),
    ],
)
def test_only_domains_of_the_list_may_register(now: datetime, email: str, is_allowed: bool) -> None:
    portals.save(
        portals.Settings(has_email_allowlist=True, email_allowlist=("testlab.com",)), actor="ada", now=now
    )
    if is_allowed:
        register(now, replace(GITA, email=email))
    else:
        with pytest.raises(registration.DomainRefused):
            register(now, replace(GITA, email=email))
    assert OutgoingMail.objects.exists() is is_allowed


def test_the_portal_may_keep_the_password_to_the_mail(now: datetime) -> None:
    portals.save(portals.Settings(shows_credentials=False), actor="ada", now=now)
    assert register(now).password is None
    assert OutgoingMail.objects.count() == 1


@pytest.fixture
def guest_mail_is_off(now: datetime) -> None:
    senders.save_guest_email_settings(
        enabled=False, default_from="wifi@testlab.com", always_default=True, actor="ada", now=now
    )


def test_with_guest_mail_off_the_success_page_is_the_only_way(guest_mail_is_off: None, now: datetime) -> None:
    registered = register(now)
    assert registered.password is not None
    assert registered.account.mail_id is None
    assert not OutgoingMail.objects.exists()


def test_with_guest_mail_and_success_page_off_nobody_registers(
    guest_mail_is_off: None, now: datetime
) -> None:
    portals.save(portals.Settings(shows_credentials=False), actor="ada", now=now)
    with pytest.raises(registration.MailDisabled):
        register(now)
    assert not GuestAccount.objects.exists()


def test_an_account_of_the_same_name_taken_meanwhile_gets_another_user_name(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    register(now)
    look: Callable[[str, str], str] = credentials.free_user_name
    answers = iter(["ggarg"])
    monkeypatch.setattr(credentials, "free_user_name", lambda first, last: next(answers, look(first, last)))
    registered = register(now, replace(GITA, email="gerd@guest.example"))
    assert registered.account.user_name == "ggarg001"
    assert OutgoingMail.objects.count() == 2
