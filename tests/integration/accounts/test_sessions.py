"""Sessions: one for each portal, with an end; and a person whose password must change goes no further."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from accounts import directory, sessions
from accounts.models import User
from accounts.portals import CONSOLE, GUEST, SPONSOR, portal_of
from tests.support import people

pytestmark = pytest.mark.django_db
PAGE = "/password/change/"
IDLE_SECONDS = 15 * 60


def shift(client: Client, cookie: str = "ise_console", **seconds: int) -> None:
    """Make the stamps of a session older by some seconds."""
    session = SessionStore(client.cookies[cookie].value)
    for stamp, amount in seconds.items():
        session[stamp] -= amount
    session.save()


def signed_in(user: User) -> Client:
    client = people.client_for(user)
    assert client.get(PAGE if user.kind == "admin" else "/sponsor/password/").status_code == 200
    return client


def is_signed_in(client: Client, page: str = PAGE) -> bool:
    return client.get(page).status_code == 200


def stamp_of(client: Client, stamp: str) -> int:
    return int(SessionStore(client.cookies["ise_console"].value)[stamp])


@pytest.mark.parametrize(
    ("path", "portal"),
    [
        ("/", CONSOLE),
        ("/admin/system/audit/", CONSOLE),
        ("/sponsor/", SPONSOR),
        ("/sponsor/sign-in/", SPONSOR),
        ("/guest/", GUEST),
        ("/guests/", CONSOLE),
        ("/sponsorship/", CONSOLE),
        ("*", CONSOLE),
    ],
)
def test_the_first_segment_of_a_path_names_the_portal(path: str, portal: object) -> None:
    assert portal_of(path) is portal


def test_console_and_sponsor_portal_know_nothing_of_each_other_in_one_browser() -> None:
    client = signed_in(people.ada())
    sponsor = people.client_for(people.sami())
    client.cookies["ise_sponsor"] = sponsor.cookies["ise_sponsor"].value
    assert client.get("/sponsor/password/").wsgi_request.user.get_username() == "sami"
    assert client.get(PAGE).wsgi_request.user.get_username() == "ada"
    client.post("/sponsor/sign-out/")
    assert not is_signed_in(client, "/sponsor/password/")
    assert is_signed_in(client)


def test_a_console_session_under_the_sponsor_cookie_opens_no_sponsor_page() -> None:
    client = signed_in(people.ada())
    client.cookies["ise_sponsor"] = client.cookies["ise_console"].value
    assert client.get("/sponsor/").status_code in {302, 403, 404}


def test_a_session_ends_after_fifteen_idle_minutes_and_says_so() -> None:
    client = signed_in(people.ada())
    shift(client, seen_at=IDLE_SECONDS)
    assert not is_signed_in(client)
    assert (
        "You were signed out after 15 minutes without activity." in client.get("/sign-in/").content.decode()
    )
    assert "without activity" not in client.get("/sign-in/").content.decode()


def test_a_session_lives_on_just_below_the_idle_limit() -> None:
    client = signed_in(people.ada())
    shift(client, seen_at=IDLE_SECONDS - 5)
    assert is_signed_in(client)
    shift(client, seen_at=IDLE_SECONDS - 5)
    assert is_signed_in(client)


def test_a_session_ends_after_twelve_hours_however_busy_it_was() -> None:
    client = signed_in(people.ada())
    shift(client, began_at=12 * 3600)
    assert not is_signed_in(client)
    assert "longest time" in client.get("/sign-in/").content.decode()


def test_the_idle_stamp_is_written_at_most_once_a_minute() -> None:
    client = signed_in(people.ada())
    shift(client, seen_at=50)
    before = stamp_of(client, sessions.SEEN)
    client.get(PAGE)
    assert stamp_of(client, sessions.SEEN) == before
    shift(client, seen_at=20)
    client.get(PAGE)
    assert stamp_of(client, sessions.SEEN) > before


def test_a_page_that_polls_does_not_keep_its_session_alive() -> None:
    client = signed_in(people.ada())
    shift(client, seen_at=120)
    before = stamp_of(client, sessions.SEEN)
    client.get(f"{PAGE}?poll=1", HTTP_HX_REQUEST="true")
    assert stamp_of(client, sessions.SEEN) == before
    client.get(f"{PAGE}?poll=1")
    assert stamp_of(client, sessions.SEEN) > before


def test_a_new_sign_in_starts_both_clocks_again(client: Client) -> None:
    people.ada()
    client.post("/sign-in/", {"login": "ada", "password": people.PASSWORD})
    assert abs(stamp_of(client, sessions.BEGAN) - datetime.now(UTC).timestamp()) < 5


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    here, elsewhere = signed_in(people.ada()), signed_in(people.ada())
    new = "copper-window-violet-31"
    answer = here.post(PAGE, {"old_password": people.PASSWORD, "password": new, "repeated": new})
    assert answer.status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_a_reset_password_ends_all_sessions(now: datetime) -> None:
    client = signed_in(people.hana())
    directory.reset_password(username="hana", password="copper-window-violet-31", actor="ada", now=now)
    assert not is_signed_in(client)


def test_another_role_ends_all_sessions(now: datetime) -> None:
    client = signed_in(people.hana())
    directory.change_details(username="hana", group="System Admin", actor="ada", now=now)
    assert not is_signed_in(client)


def test_a_disabled_person_is_out_at_once_and_stays_out_when_enabled_again(now: datetime) -> None:
    client = signed_in(people.hana())
    directory.disable(username="hana", actor="ada", now=now)
    assert not is_signed_in(client)
    directory.enable(username="hana", actor="ada", now=now)
    assert not is_signed_in(client)


def test_a_first_password_must_be_changed_before_anything_else(client: Client) -> None:
    ada = people.ada()
    User.objects.filter(pk=ada.pk).update(must_change_password=True)
    client.post("/sign-in/", {"login": "ada", "password": people.PASSWORD})
    answer = client.get("/admin/system/audit/")
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert "Choose a new password" in client.get(PAGE).content.decode()
    new = "copper-window-violet-31"
    client.post(PAGE, {"old_password": people.PASSWORD, "password": new, "repeated": new})
    assert client.get("/admin/system/audit/").status_code == 200


def test_a_sponsor_with_a_first_password_changes_it_in_the_sponsor_portal(client: Client) -> None:
    sami = people.sami()
    User.objects.filter(pk=sami.pk).update(must_change_password=True)
    client.post("/sponsor/sign-in/", {"login": "sami", "password": people.PASSWORD})
    assert client.get("/sponsor/password/").status_code == 200
    new = "copper-window-violet-31"
    answer = client.post(
        "/sponsor/password/", {"old_password": people.PASSWORD, "password": new, "repeated": new}
    )
    assert answer.headers["Location"] == "/sponsor/"


def test_sign_out_works_while_a_new_password_is_due() -> None:
    ada = people.ada()
    client = people.client_for(ada)
    User.objects.filter(pk=ada.pk).update(must_change_password=True)
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"


def test_an_emptied_session_takes_its_cookie_with_it() -> None:
    client = signed_in(people.ada())
    answer = client.post("/sign-out/")
    assert answer.cookies["ise_console"].value == ""
    assert answer.cookies["ise_console"]["path"] == "/"


def test_on_https_the_cookies_carry_the_host_prefix_and_are_secure(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    people.ada()
    monkeypatch.setattr(settings, "COOKIE_PREFIX", "__Host-")
    monkeypatch.setattr(settings, "SESSION_COOKIE_SECURE", True)
    client.post("/sign-in/", {"login": "ada", "password": people.PASSWORD}, secure=True)
    cookie = client.cookies["__Host-ise_console"]
    assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"]


def test_wrong_current_passwords_are_counted() -> None:
    client = signed_in(people.ada())
    form = {
        "old_password": "wrong",
        "password": "copper-window-violet-31",
        "repeated": "copper-window-violet-31",
    }
    answers = [client.post(PAGE, form).content.decode() for _ in range(11)]
    assert "This is not your current password." in answers[9]
    assert "Too many tries. Wait 15 minutes." in answers[10]
