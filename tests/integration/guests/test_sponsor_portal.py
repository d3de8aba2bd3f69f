"""The sponsor portal as a browser without scripts sees it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from guests import credentials, sponsorship
from guests.models import GuestAccount, GuestType, SponsorGroup
from guests.sponsors import Sponsor
from notifications.mail.states import State
from notifications.models.outbox import OutgoingMail

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Make = Callable[..., sponsorship.Issued]


@pytest.fixture
def browser(sami: Sponsor, signed_in: SignIn) -> Client:
    return signed_in("sami")


def token_on(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def create(browser: Client, **changes: str) -> str:
    """Send the form as the page gave it out and return the page that follows."""
    data = {
        "form_token": token_on(browser.get("/sponsor/").content.decode()),
        "first_name": "Gita",
        "last_name": "Garg",
        "email": "gita@guest.example",
        "phone": "+33 1 23 45 67 89",
        "company": "Testlab",
        "guest_type": str(GuestType.objects.get(name="Contractor (default)").pk),
        "begins_at": "",
        "ends_at": "",
        "language": "fr",
        **changes,
    }
    return browser.post("/sponsor/", data, follow=True).content.decode()


def notify(browser: Client, account: GuestAccount, **more: str) -> str:
    page = browser.get(f"/sponsor/guests/{account.pk}/").content.decode()
    data = {"form_token": token_on(page), **more}
    return browser.post(f"/sponsor/guests/{account.pk}/notify/", data, follow=True).content.decode()


def secrets_on(page: str) -> list[str]:
    return re.findall(r'class="ip-secret"[^>]*>([^<]+)<', page)


def test_a_stranger_is_led_to_the_sponsors_sign_in_page(client: Client, db: None) -> None:
    answer = client.get("/sponsor/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sponsor/sign-in/")


def test_an_administrator_is_no_sponsor(ada: object, signed_in: SignIn) -> None:
    client = signed_in("ada")
    client.cookies["ise_sponsor"] = client.cookies["ise_console"].value
    assert client.get("/sponsor/").status_code == 403


def test_a_sponsor_creates_a_guest_and_sees_the_password_once(browser: Client) -> None:
    page = create(browser)
    account = GuestAccount.objects.get()
    user_name, password = secrets_on(page)
    assert (user_name, account.language, account.phone) == ("ggarg", "fr", "+33 1 23 45 67 89")
    assert credentials.is_password(account, password)
    again = browser.get(f"/sponsor/guests/{account.pk}/").content.decode()
    assert password not in again
    assert password not in repr(dict(browser.session))


def test_dates_left_empty_are_now_and_the_usual_time_of_the_type(browser: Client) -> None:
    create(browser)
    account = GuestAccount.objects.get()
    assert abs(account.begins_at - timezone.now()) < timedelta(minutes=1)
    assert account.ends_at - account.begins_at == timedelta(days=90)


def at(offset: timedelta) -> str:
    return f"{timezone.localtime() + offset:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("begins", "ends", "field", "sentence"),
    [
        (timedelta(days=2), timedelta(days=1), "ends_at", "The end must be after the start."),
        (timedelta(0), timedelta(days=366), "ends_at", "The account would last longer"),
        (timedelta(days=-1), timedelta(days=1), "begins_at", "The start is in the past."),
        (timedelta(days=31), timedelta(days=32), "begins_at", "further ahead than your sponsor group allows"),
    ],
)
def test_dates_that_cannot_be_are_refused_beside_their_field(
    browser: Client, begins: timedelta, ends: timedelta, field: str, sentence: str
) -> None:
    page = create(browser, begins_at=at(begins), ends_at=at(ends))
    error = re.search(rf'id="id_{field}_error">([^<]+)<', page)
    assert error
    assert sentence in error[1]
    assert 'value="Testlab"' in page
    assert not GuestAccount.objects.exists()


def test_a_phone_number_of_letters_is_refused(browser: Client) -> None:
    assert 'id="id_phone_error"' in create(browser, phone="call me")


def test_notify_sends_the_mail_and_the_page_says_how_far_it_is(browser: Client) -> None:
    create(browser)
    account = GuestAccount.objects.get()
    page = notify(browser, account)
    assert "The email is on its way to the mail server" in page
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.language, mail.from_header) == (
        "gita@guest.example",
        "fr",
        "sami@testlab.com",
    )
    sent_at = timezone.now()
    OutgoingMail.objects.update(state=State.SENT, sent_at=sent_at, values_sealed="", secrets_sealed="")
    listed = browser.get("/sponsor/guests/").content.decode()
    assert f"Handed to the mail server at {sent_at:%H:%M} UTC" in listed


def test_the_page_says_that_notify_makes_a_new_password_and_it_does(browser: Client) -> None:
    old = secrets_on(create(browser))[1]
    GuestAccount.objects.update(sealed_password="", password_held_until=None)
    account = GuestAccount.objects.get()
    page = browser.get(f"/sponsor/guests/{account.pk}/").content.decode()
    assert "Notify makes a new one, and the old one stops working." in page
    refused = notify(browser, account)
    assert "Confirm that a new one is made." in refused
    assert not OutgoingMail.objects.exists()
    renewed = secrets_on(notify(browser, account, may_renew="on"))[1]
    assert renewed != old
    account.refresh_from_db()
    assert credentials.is_password(account, renewed)


def test_a_refusal_by_the_relay_is_shown_to_the_sponsor(browser: Client) -> None:
    create(browser)
    notify(browser, GuestAccount.objects.get())
    OutgoingMail.objects.update(state=State.DEAD, last_error="550 5.1.1 <b>unknown</b>")
    page = browser.get("/sponsor/guests/").content.decode()
    assert "The email could not be sent: 550 5.1.1 &lt;b&gt;unknown&lt;/b&gt;" in page


def test_accounts_of_other_sponsors_are_not_found(browser: Client, olga: Sponsor, make_guest: Make) -> None:
    foreign = make_guest(olga).account
    assert browser.get(f"/sponsor/guests/{foreign.pk}/").status_code == 404
    data = {"form_token": "a" * 24}
    assert browser.post(f"/sponsor/guests/{foreign.pk}/notify/", data).status_code == 404
    assert "Gita" not in browser.get("/sponsor/guests/").content.decode()
    assert not OutgoingMail.objects.exists()


def test_the_list_is_searched_by_every_word(browser: Client, sami: Sponsor, make_guest: Make) -> None:
    make_guest(sami, form_token="form-1")
    make_guest(sami, form_token="form-2", first_name="Hugo", last_name="Hahn", email="h@guest.example")
    page = browser.get("/sponsor/guests/?q=hahn hugo").content.decode()
    assert "Hugo Hahn" in page
    assert "Gita Garg" not in page
    assert "No account matches." in browser.get("/sponsor/guests/?q=nobody").content.decode()


def test_a_long_list_has_pages(browser: Client, sami: Sponsor, make_guest: Make, now: datetime) -> None:
    first = make_guest(sami).account
    copies = [
        GuestAccount(
            **{
                **{field.attname: getattr(first, field.attname) for field in GuestAccount._meta.fields},
                "id": None,
                "user_name": f"copy{number}",
                "submission": f"copy{number}",
            }
        )
        for number in range(30)
    ]
    for copy in copies:
        copy.id = GuestAccount._meta.pk.get_default()
    GuestAccount.objects.bulk_create(copies)
    page = browser.get("/sponsor/guests/").content.decode()
    assert "31 accounts" in page
    assert page.count("<li>") == 25
    assert browser.get("/sponsor/guests/?page=2").content.decode().count("<li>") == 6


def test_without_an_enabled_sponsor_group_the_portal_is_closed(browser: Client) -> None:
    SponsorGroup.objects.update(is_enabled=False)
    assert browser.get("/sponsor/").status_code == 403


def test_an_empty_list_leads_to_the_form(browser: Client) -> None:
    assert "You have not created a guest account yet." in browser.get("/sponsor/guests/").content.decode()


@pytest.mark.parametrize("name", ["begins_at", "ends_at"])
def test_a_date_at_the_end_of_the_calendar_is_refused_beside_its_field(browser: Client, name: str) -> None:
    page = create(browser, **{name: "9999-12-31T23:59"})
    assert "Choose a date within the next ten years." in page
    assert not GuestAccount.objects.exists()


def test_a_name_that_turns_the_text_around_is_refused(browser: Client) -> None:
    assert "invisible characters" in create(browser, first_name="Gi\u202eta")
    assert not GuestAccount.objects.exists()
