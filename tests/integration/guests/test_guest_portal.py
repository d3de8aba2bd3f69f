"""The guest portal as a browser without scripts sees it."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from guests import portals
from guests.models import GuestAccount
from notifications.mail.states import State
from notifications.models.outbox import OutgoingMail

pytestmark = pytest.mark.django_db
GITA = {
    "first_name": "Gita",
    "last_name": "Garg",
    "email": "gita@guest.example",
    "company": "",
    "accepts_policy": "on",
}


def form_token(client: Client) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get("/guest/").content.decode())
    assert found
    return found[1]


def send(client: Client, **changes: str) -> str:
    """Send the form as the page gave it out and return the page that follows."""
    data = {"form_token": form_token(client), **GITA, **changes}
    return client.post("/guest/", data, follow=True).content.decode()


def secrets_on(page: str) -> list[str]:
    return re.findall(r'class="ip-secret"[^>]*>([^<]+)<', page)


def test_the_form_asks_for_names_email_and_policy_and_marks_what_is_optional(client: Client) -> None:
    page = client.get("/guest/").content.decode()
    assert "<h1>Create your guest access</h1>" in page
    assert re.search(r'Company <span class="ip-optional">\(optional\)</span>', page)
    assert "You are responsible for everything done with your user name" in page
    assert 'autocomplete="given-name"' in page
    assert 'inputmode="email"' in page
    assert "localStorage" not in page
    assert "target=" not in page


def test_a_guest_sees_the_credentials_once(client: Client) -> None:
    page = send(client)
    user_name, password = secrets_on(page)
    assert user_name == "ggarg"
    assert len(password) == 12
    assert "The email is on its way." in page
    again = client.get("/guest/done/").content.decode()
    assert password not in again
    assert "were sent to gita@guest.example" in again


def test_the_password_is_nowhere_in_the_session(client: Client) -> None:
    client.post("/guest/", {"form_token": form_token(client), **GITA})
    stored = dict(client.session)
    _, password = secrets_on(client.get("/guest/done/").content.decode())
    assert password not in repr(stored)
    assert password not in repr(dict(client.session))


def test_the_page_says_when_the_mail_server_has_the_mail(client: Client) -> None:
    send(client)
    sent_at = datetime.now(UTC)
    OutgoingMail.objects.update(state=State.SENT, sent_at=sent_at, values_sealed="", secrets_sealed="")
    page = client.get("/guest/done/").content.decode()
    assert f"Handed to the mail server at {sent_at:%H:%M} UTC" in page
    assert "Look again" not in page


def test_what_the_relay_said_is_not_for_guests(client: Client) -> None:
    send(client)
    OutgoingMail.objects.update(state=State.DEAD, last_error="550 5.1.1 relay secret detail")
    page = client.get("/guest/done/").content.decode()
    assert "could not be delivered" in page
    assert "relay secret detail" not in page


def test_double_submit_and_back_button_make_one_account(client: Client) -> None:
    first = {"form_token": form_token(client), **GITA}
    client.post("/guest/", first)
    page = client.post("/guest/", first, follow=True).content.decode()
    assert len(secrets_on(page)) == 2
    assert secrets_on(send(client)) == []
    assert GuestAccount.objects.count() == OutgoingMail.objects.count() == 1


def test_errors_stand_in_a_summary_and_beside_their_fields_and_nothing_typed_is_lost(client: Client) -> None:
    page = send(client, last_name="", email="gita@", company="Testlab", accepts_policy="")
    assert 'class="ip-summary" tabindex="-1" role="alert"' in page
    for field in ("last_name", "email", "accepts_policy"):
        assert f'<a href="#id_{field}">' in page
        assert f'id="id_{field}_error"' in page
    assert 'value="Testlab"' in page
    assert 'value="gita@"' in page
    assert not GuestAccount.objects.exists()


@pytest.mark.parametrize("email", ["a%b@guest.example", "=?utf-8?q?x?=@guest.example", "a@[127.0.0.1]"])
def test_an_address_no_mail_can_go_to_is_refused_beside_its_field(client: Client, email: str) -> None:
    page = send(client, email=email)
    assert 'id="id_email_error"' in page
    assert not GuestAccount.objects.exists()


@pytest.mark.parametrize("name", ["Gita\nBcc: x@y.example", "Gi\x00ta", "Gi\x1bta"])
def test_control_characters_in_a_name_are_refused(client: Client, name: str) -> None:
    assert 'id="id_first_name_error"' in send(client, first_name=name)


def test_a_fourth_mail_within_the_hour_is_refused_with_a_clear_sentence(client: Client) -> None:
    for number in range(3):
        send(client, first_name=f"Gita{number}")
    page = send(client)
    assert "This address was sent credentials three times within an hour." in page
    assert OutgoingMail.objects.count() == 3


def test_the_credentials_can_be_kept_off_the_page(client: Client, now: datetime) -> None:
    portals.save(portals.Settings(shows_credentials=False), actor="ada", now=now)
    page = send(client)
    assert secrets_on(page) == []
    assert "were sent to gita@guest.example" in page


def test_a_browser_that_lost_its_session_is_led_to_the_mailbox(client: Client) -> None:
    assert "Look into your mailbox" in client.get("/guest/done/").content.decode()


def test_a_form_without_csrf_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/guest/", GITA).status_code == 403


def test_a_name_is_escaped(client: Client) -> None:
    page = send(client, first_name="<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_guest_portal_has_a_session_of_its_own(client: Client) -> None:
    send(client)
    assert "ise_guest" in client.cookies
    assert "ise_console" not in client.cookies
