"""Sign-in, passwords and people in a real browser: both portals, both languages, wide and on a phone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts import policy
from accounts.models import User
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor

Visit = Callable[..., Visitor]
USERS = "/admin/identity-management/identities/users/"
ADMINS = "/admin/system/admin-access/administrators/"
POLICY = "/admin/system/admin-access/password-policy/"
VIEWS = [(WIDE, "light"), (PHONE, "dark")]


def assert_reads_well(visitor: Visitor) -> None:
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    # The links of the error summary stand in running text, which the rule of target sizes leaves out.
    assert visitor.page.locator(".im-errors").count() or visitor.small_targets() == []


def sign_in(visitor: Visitor, name: str, password: str) -> None:
    visitor.page.get_by_label("User name").fill(name)
    visitor.page.get_by_label("Password").fill(password)
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
@pytest.mark.parametrize("path", ["/sign-in/", "/sponsor/sign-in/"])
def test_the_sign_in_pages_read_well_before_and_after_a_wrong_password(
    visit: Visit, path: str, size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(size=size, scheme=scheme)
    visitor.open(path)
    assert_reads_well(visitor)
    sign_in(visitor, "ada", "wrong")
    assert visitor.page.get_by_text("The user name or the password is incorrect.").is_visible()
    assert visitor.page.get_by_label("User name").input_value() == "ada"
    assert visitor.page.get_by_label("Password").input_value() == ""
    assert_reads_well(visitor)


def test_a_shut_door_says_for_how_long(visit: Visit) -> None:
    visitor = visit()
    visitor.allow("status of 429")
    visitor.open("/sign-in/")
    for _ in range(5):
        sign_in(visitor, "ada", "wrong")
    assert visitor.page.get_by_text("Try again in 15 minutes.").is_visible()
    assert_reads_well(visitor)


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_the_first_sign_in_leads_through_a_new_password_to_the_dashboard(
    visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    ada = people.ada()
    User.objects.filter(pk=ada.pk).update(must_change_password=True)
    visitor = visit(size=size, scheme=scheme)
    visitor.open("/")
    sign_in(visitor, "ada", people.PASSWORD)
    page = visitor.page
    assert page.get_by_role("heading", name="Choose a new password").is_visible()
    assert_reads_well(visitor)
    page.get_by_label("Current password").fill(people.PASSWORD)
    page.locator("#id_password").fill("short")
    page.get_by_label("New password again").fill("short")
    page.get_by_role("button", name="Change password").click()
    assert page.get_by_text("This password is too short.").first.is_visible()
    assert_reads_well(visitor)
    page.get_by_label("Current password").fill(people.PASSWORD)
    page.locator("#id_password").fill("copper-window-violet-31")
    page.get_by_label("New password again").fill("copper-window-violet-31")
    page.get_by_role("button", name="Change password").click()
    assert page.get_by_text("Your password was changed.").is_visible()
    assert page.url.removeprefix(visitor.base_url) == "/"


def test_the_language_is_chosen_before_sign_in(visit: Visit) -> None:
    people.ada()
    visitor = visit()
    visitor.open("/sign-in/")
    visitor.page.get_by_role("button", name="FR").click()
    assert visitor.page.locator("html").get_attribute("lang") == "fr"


def test_a_sponsor_changes_the_password_in_the_sponsor_portal(visit: Visit) -> None:
    visitor = visit(people.sami(), size=PHONE)
    visitor.open("/sponsor/password/")
    assert_reads_well(visitor)


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_a_user_is_created_and_the_password_shown_once(
    visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    people.sami()
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(USERS)
    page = visitor.page
    assert_reads_well(visitor)
    page.get_by_role("link", name="New user").first.click()
    assert_reads_well(visitor)
    page.get_by_label("User name").fill("nora")
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Email").fill("nora@testlab.com")
    page.get_by_label("Group").select_option("OWN_ACCOUNTS (default)")
    page.get_by_role("button", name="Create").click()
    made = page.locator("#password").inner_text()
    assert re.fullmatch(r"[A-Za-z2-9]{16}", made)
    assert User.objects.get(username="nora").check_password(made)
    assert_reads_well(visitor)
    page.get_by_role("link", name="Done").click()
    assert page.get_by_role("link", name="nora").is_visible()


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_a_person_is_disabled_after_a_question(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    sami = people.sami()
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(f"{USERS}{sami.pk}/")
    page = visitor.page
    assert_reads_well(visitor)
    page.get_by_role("button", name="Disable").first.click()
    assert page.get_by_role("heading", name="Disable sami?").is_visible()
    page.get_by_role("button", name="Cancel").click()
    assert User.objects.get(pk=sami.pk).is_enabled
    page.get_by_role("button", name="Disable").first.click()
    page.locator("dialog").get_by_role("button", name="Disable").click()
    page.get_by_text("sami is disabled.").wait_for()
    assert not User.objects.get(pk=sami.pk).is_enabled
    visitor.open(f"{USERS}{sami.pk}/")
    assert_reads_well(visitor)


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
@pytest.mark.parametrize("path", [ADMINS, f"{ADMINS}add/", "/password/change/", f"{USERS}?q=nobody", USERS])
def test_the_other_pages_read_well(visit: Visit, path: str, size: tuple[int, int], scheme: str) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(path)
    assert_reads_well(visitor)


def test_resetting_a_password_reads_well(visit: Visit) -> None:
    sami = people.sami()
    visitor = visit(people.ada())
    visitor.open(f"{USERS}{sami.pk}/reset-password/")
    assert_reads_well(visitor)
    visitor.page.get_by_role("button", name="Reset password").click()
    assert visitor.page.locator("#password").is_visible()


@pytest.mark.parametrize(("size", "scheme"), VIEWS)
def test_the_days_of_the_policy_appear_with_its_switch(
    visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(POLICY)
    page = visitor.page
    assert not page.get_by_label("Days after creation").is_visible()
    assert_reads_well(visitor)
    page.get_by_label("Passwords expire").check()
    page.get_by_label("Days after creation").fill("10")
    page.get_by_label("Send an email reminder").fill("10")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("one day less than the password lasts").first.is_visible()
    assert_reads_well(visitor)
    page.get_by_label("Send an email reminder").fill("3")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("Password policy saved.").is_visible()
    assert policy.current().lifetime_days == 10


def test_a_session_that_was_idle_too_long_says_so(visit: Visit) -> None:
    from django.contrib.sessions.backends.db import SessionStore

    visitor = visit(people.ada())
    visitor.open("/password/change/")
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies()}
    session = SessionStore(cookies["ise_console"])
    session["seen_at"] = int(datetime.now(UTC).timestamp()) - 15 * 60
    session.save()
    visitor.page.reload()
    assert visitor.page.get_by_text("You were signed out after 15 minutes without activity.").is_visible()
