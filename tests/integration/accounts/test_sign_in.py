"""Signing in: the right people at the right portal, the same answer for all others, and a door that shuts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.http import HttpResponse
from django.test import Client

from accounts import directory
from accounts.models import User
from console.models import AuditEvent
from tests.support import people

pytestmark = pytest.mark.django_db

SignIn = Callable[..., HttpResponse]


def sign_in(
    client: Client, name: str, password: str = people.PASSWORD, path: str = "/sign-in/", **extra: str
) -> HttpResponse:
    return client.post(path, {"login": name, "password": password}, **extra)


def test_ada_signs_in_to_the_console(client: Client) -> None:
    people.ada()
    answer = sign_in(client, "ada")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.cookies["ise_console"]["httponly"]
    assert client.cookies["ise_console"]["samesite"] == "Lax"
    assert client.cookies["ise_console"]["path"] == "/"


def test_the_case_of_the_user_name_does_not_matter(client: Client) -> None:
    people.ada()
    assert sign_in(client, " ADA ").status_code == 302


def test_sign_in_leads_to_the_page_that_was_asked_for(client: Client) -> None:
    people.ada()
    answer = client.post(
        "/sign-in/", {"login": "ada", "password": people.PASSWORD, "next": "/admin/system/audit/?page=2"}
    )
    assert answer.headers["Location"] == "/admin/system/audit/?page=2"


@pytest.mark.parametrize("target", ["//evil.test/", "https://evil.test/", "/sponsor/", "javascript:x", "x"])
def test_sign_in_never_leads_out_of_the_portal(client: Client, target: str) -> None:
    people.ada()
    answer = client.post("/sign-in/", {"login": "ada", "password": people.PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_sami_signs_in_to_the_sponsor_portal(client: Client) -> None:
    people.sami()
    answer = sign_in(client, "sami", path="/sponsor/sign-in/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sponsor/")
    assert "ise_console" not in client.cookies


def test_a_sponsor_is_told_that_the_console_is_not_for_sponsors(client: Client) -> None:
    people.sami()
    answer = sign_in(client, "sami")
    assert answer.status_code == 200
    assert "Your account has no access to the console." in answer.content.decode()


def test_an_administrator_is_told_that_the_sponsor_portal_is_for_sponsors(client: Client) -> None:
    people.ada()
    answer = sign_in(client, "ada", path="/sponsor/sign-in/")
    assert "Your account has no access to the sponsor portal." in answer.content.decode()


def test_an_admin_group_without_permissions_opens_nothing(client: Client) -> None:
    people.in_group("ERS Admin")
    assert "no access to the console" in sign_in(client, "ersadmin").content.decode()


def test_wrong_password_unknown_user_and_disabled_user_get_the_same_answer(
    client: Client, now: datetime
) -> None:
    people.ada()
    people.hana()
    directory.disable(username="hana", actor="ada", now=now)

    def answer(name: str) -> tuple[int, str]:
        response = sign_in(Client(), name, "not the password")
        text = response.content.decode().replace(f'value="{name}"', "")
        return response.status_code, _without_tokens(text)

    assert answer("ada") == answer("nobody") == answer("hana")
    assert "The user name or the password is incorrect." in answer("nobody")[1]


def test_an_unknown_user_costs_as_much_hashing_as_a_known_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.ada()
    from django.contrib.auth.hashers import Argon2PasswordHasher

    computed: list[str] = []
    original = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def encode(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        computed.append("hash")
        return str(original[0](self, password, salt))

    def verify(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        computed.append("hash")
        return bool(original[1](self, password, encoded))

    monkeypatch.setattr(Argon2PasswordHasher, "encode", encode)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verify)
    counts = []
    for name in ("ada", "nobody"):
        computed.clear()
        sign_in(client, name, "not the password")
        counts.append(len(computed))
    assert counts == [1, 1]


def test_a_disabled_user_learns_it_only_with_the_right_password(client: Client, now: datetime) -> None:
    people.ada()
    people.hana()
    directory.disable(username="hana", actor="ada", now=now)
    assert "Your account is disabled." in sign_in(client, "hana").content.decode()
    assert client.get("/admin/system/audit/").status_code == 302


def test_the_fifth_wrong_password_shuts_the_door_and_says_for_how_long(client: Client) -> None:
    people.ada()
    answers = [sign_in(client, "ada", "wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert "Try again in 15 minutes." in answers[-1].content.decode()
    assert sign_in(client, "ada").status_code == 429


def test_the_door_opens_again_when_the_time_is_over(client: Client) -> None:
    people.ada()
    for _ in range(5):
        sign_in(client, "ada", "wrong")
    AccessAttempt.objects.update(attempt_time=datetime.now(UTC) - timedelta(minutes=10))
    assert "Try again in 5 minutes." in sign_in(client, "ada").content.decode()
    AccessAttempt.objects.update(attempt_time=datetime.now(UTC) - timedelta(minutes=15, seconds=1))
    assert sign_in(client, "ada").status_code == 302


def test_knocking_at_a_shut_door_does_not_prolong_the_wait(client: Client) -> None:
    people.ada()
    for _ in range(5):
        sign_in(client, "ada", "wrong")
    stamp = AccessAttempt.objects.get().attempt_time
    sign_in(client, "ada", "wrong")
    assert AccessAttempt.objects.get().attempt_time == stamp


def test_a_name_that_nobody_has_is_shut_in_the_same_way(client: Client) -> None:
    answers = [sign_in(client, "nobody", "wrong").status_code for _ in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def test_other_spellings_of_the_name_and_other_browsers_count_together(client: Client) -> None:
    people.ada()
    for turn, name in enumerate(("ada", "ADA", "Ada", " ada", "aDa")):
        answer = sign_in(Client(), name, "wrong", HTTP_USER_AGENT=f"browser {turn}")
    assert answer.status_code == 429


def test_another_address_and_another_name_stay_open(client: Client) -> None:
    people.ada()
    people.hana()
    for _ in range(5):
        sign_in(client, "ada", "wrong")
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), "ada").status_code == 302
    assert sign_in(Client(), "hana").status_code == 302


def test_a_forged_forwarding_header_does_not_open_the_door(client: Client) -> None:
    people.ada()
    for turn in range(5):
        sign_in(client, "ada", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{turn}")
    assert sign_in(client, "ada", HTTP_X_FORWARDED_FOR="203.0.113.99").status_code == 429


def test_signing_in_forgets_the_wrong_passwords(client: Client) -> None:
    people.ada()
    for _ in range(4):
        sign_in(client, "ada", "wrong")
    sign_in(client, "ada")
    assert not AccessAttempt.objects.exists()


def test_the_counters_hold_neither_names_nor_passwords(client: Client) -> None:
    sign_in(client, "my secret passphrase", "another secret")
    row = AccessAttempt.objects.get()
    stored = f"{row.username} {row.get_data} {row.post_data}"
    assert "secret" not in stored


def test_one_address_gets_a_hundred_tries_in_fifteen_minutes_whatever_the_names(client: Client) -> None:
    people.ada()
    for turn in range(100):
        sign_in(client, f"name{turn}", "")  # an empty password is no try
    assert sign_in(client, "ada").status_code == 302
    from accounts import lockout

    request = client.request().wsgi_request
    moment = datetime.now(UTC)
    spent = [lockout.is_flooded(request, f"name{turn}", now=moment) for turn in range(100)]
    assert spent.index(True) == 99
    assert sign_in(Client(), "ada").status_code == 429


def test_the_last_super_admin_is_not_shut_out_by_name_alone(rf: object, now: datetime) -> None:
    from django.test import RequestFactory

    from accounts import lockout

    people.ada()
    people.omar()

    def is_flooded(name: str, turn: int) -> bool:
        request = RequestFactory().get("/", REMOTE_ADDR=f"10.0.{turn // 250}.{turn % 250}")
        return lockout.is_flooded(request, name, now=now)

    assert not any(is_flooded("ada", turn) for turn in range(101))
    assert any(is_flooded("omar", turn) for turn in range(101))


def test_sign_in_lock_and_sign_out_are_in_the_audit_without_secrets(client: Client) -> None:
    people.ada()
    for _ in range(5):
        sign_in(client, "ada", "a wrong passphrase")
    other = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(other, "ada")
    other.post("/sign-out/")
    events = AuditEvent.objects.filter(action__regex="^(sign_in|session)").order_by("pk")
    assert [(event.action, event.target, event.address) for event in events] == [
        ("sign_in.lock", "user:ada", "127.0.0.1"),
        ("session.begin", "portal:console", "192.0.2.7"),
        ("session.end", "portal:console", "192.0.2.7"),
    ]
    assert "passphrase" not in str(list(AuditEvent.objects.values()))
    assert people.PASSWORD not in str(list(AuditEvent.objects.values()))


def test_sign_out_takes_a_post_and_ends_the_session() -> None:
    client = people.client_for(people.ada())
    assert client.get("/sign-out/").status_code == 405
    old = client.cookies["ise_console"].value
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    client.cookies["ise_console"] = old
    assert client.get("/password/change/").status_code == 302


def test_the_session_key_changes_at_sign_in(client: Client) -> None:
    people.ada()
    session = client.session
    session["marker"] = 1
    session.save()
    before = client.cookies["ise_console"].value
    sign_in(client, "ada")
    assert client.cookies["ise_console"].value != before


def test_the_forms_of_strangers_are_closed(client: Client) -> None:
    for path in ("/accounts/signup/", "/signup/", "/accounts/login/", "/accounts/password/reset/"):
        assert client.get(path).status_code == 404


def test_a_cross_site_form_cannot_sign_in() -> None:
    people.ada()
    assert sign_in(Client(enforce_csrf_checks=True), "ada").status_code == 403


def test_the_language_chosen_before_sign_in_stays_with_the_person(client: Client) -> None:
    people.ada()
    client.post("/i18n/setlang/", {"language": "fr", "next": "/sign-in/"})
    sign_in(client, "ada")
    client.get("/password/change/")
    assert User.objects.get(username="ada").language == "fr"
    elsewhere = Client()
    assert sign_in(elsewhere, "ada").cookies["ise_language"].value == "fr"


def test_two_browsers_with_two_languages_do_not_take_turns(client: Client) -> None:
    ada = people.ada()
    english, french = people.client_for(ada), people.client_for(ada)
    english.cookies["ise_language"], french.cookies["ise_language"] = "en", "fr"
    for _ in range(3):
        english.get("/password/change/")
        french.get("/password/change/")
    assert AuditEvent.objects.filter(action="user.set_language").count() == 2
    assert User.objects.get(username="ada").language == "fr"


def _without_tokens(text: str) -> str:
    import re

    text = re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken": )[^>]*', "", text)
    return re.sub(r'id="id_login"[^>]*', "", text)
