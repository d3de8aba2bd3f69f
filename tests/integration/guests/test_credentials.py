"""User names, passwords, and how long a password is held."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from console.models import AuditEvent
from guests import credentials, sponsorship
from guests.models import GuestAccount
from guests.sponsors import Sponsor
from notifications.mail.states import State
from notifications.models.outbox import OutgoingMail

pytestmark = pytest.mark.django_db


def accept(account: GuestAccount, now: datetime) -> None:
    """Let the relay have taken the account's mail."""
    OutgoingMail.objects.filter(pk=account.mail_id).update(
        state=State.SENT, sent_at=now, values_sealed="", secrets_sealed=""
    )


@pytest.mark.parametrize(
    ("first", "last", "stem"),
    [
        ("Gita", "Garg", "ggarg"),
        ("Élodie", "Lefèvre-Dupont", "elefevredupont"),
        ("Ann", "O'Neil", "aoneil"),
        ("李", "明", "guest"),
        ("X", "Ng", "xng"),
        ("A", "b" * 100, "a" + "b" * 39),
    ],
)
def test_a_user_name_begins_with_initial_and_last_name(first: str, last: str, stem: str) -> None:
    assert credentials.user_name_stem(first, last) == stem


def test_a_taken_user_name_gets_a_number(
    sami: Sponsor, make_guest: Callable[..., sponsorship.Issued]
) -> None:
    names = [make_guest(sami, form_token=f"form-{n}").account.user_name for n in range(3)]
    assert names == ["ggarg", "ggarg001", "ggarg002"]


def test_a_short_user_name_has_a_number_from_the_start() -> None:
    assert credentials.free_user_name("X", "Ng") == "xng001"


def test_passwords_are_long_clear_to_read_and_never_the_same() -> None:
    passwords = [credentials.new_password() for _ in range(2000)]
    assert len(set(passwords)) == 2000
    for password in passwords:
        assert len(password) == 12
        assert not set(password) & set("0O1lIio")
        assert any(sign.isdigit() for sign in password)
        assert any(sign.isupper() for sign in password)
        assert any(sign.islower() for sign in password)


def test_every_sign_of_the_alphabet_is_about_as_frequent() -> None:
    text = "".join(credentials.new_password() for _ in range(4000))
    expected = len(text) / len(credentials.ALPHABET)
    # Asking for one of each kind lifts the digits, the smallest kind, by a fifth.
    for sign in credentials.ALPHABET:
        assert math.isclose(text.count(sign), expected, rel_tol=0.45), sign


def test_the_password_is_stored_as_an_argon2_hash_and_sealed(
    sami: Sponsor, make_guest: Callable[..., sponsorship.Issued]
) -> None:
    issued = make_guest(sami)
    assert issued.password is not None
    account = GuestAccount.objects.get()
    assert account.password_hash.startswith("argon2$argon2id$")
    assert credentials.is_password(account, issued.password)
    assert credentials.held_password(account) == issued.password
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM guests_guestaccount")
        assert issued.password not in repr(cursor.fetchall())
    assert issued.password not in repr(issued)
    assert issued.password not in repr(list(AuditEvent.objects.values()))


def test_a_seal_does_not_open_in_another_row(
    sami: Sponsor, make_guest: Callable[..., sponsorship.Issued]
) -> None:
    first, second = (make_guest(sami, form_token=f"form-{n}").account for n in (1, 2))
    second.sealed_password = first.sealed_password
    with pytest.raises(credentials.secrets.SealBroken):
        credentials.held_password(second)


def test_a_password_is_erased_once_the_relay_has_its_mail(
    sami: Sponsor,
    make_guest: Callable[..., sponsorship.Issued],
    reread: Callable[[GuestAccount], GuestAccount],
    now: datetime,
) -> None:
    account = make_guest(sami).account
    account = sponsorship.notify(
        account_id=account.pk, sponsor=sami, may_renew=False, form_token="n1", now=now
    ).account
    assert credentials.erase_served_passwords(now) == 0
    accept(account, now)
    assert credentials.erase_served_passwords(now) == 1
    assert reread(account).sealed_password == ""
    assert reread(account).password_held_until is None
    assert credentials.erase_served_passwords(now) == 0


def test_a_password_is_erased_after_a_day_although_nobody_sent_it(
    sami: Sponsor,
    make_guest: Callable[..., sponsorship.Issued],
    reread: Callable[[GuestAccount], GuestAccount],
    now: datetime,
) -> None:
    account = make_guest(sami).account
    assert credentials.erase_served_passwords(now + timedelta(hours=24, seconds=-1)) == 0
    assert credentials.erase_served_passwords(now + timedelta(hours=24)) == 1
    assert reread(account).sealed_password == ""
