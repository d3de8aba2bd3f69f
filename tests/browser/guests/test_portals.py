"""The portals in a real browser, on a phone first."""

import re
from collections.abc import Callable

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from guests.models import GuestAccount
from notifications.models.outbox import OutgoingMail
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor

Visit = Callable[..., Visitor]


def assert_well(visitor: Visitor) -> None:
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def fill_in(page: Page) -> None:
    page.locator("#id_first_name").fill("Gita")
    page.locator("#id_last_name").fill("Garg")
    page.locator("#id_email").fill("gita@guest.example")
    page.locator("#id_accepts_policy").check()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_guest_registers_on_a_phone(visit: Visit, language: str) -> None:
    with override(language):
        heading, button = gettext("Create your guest access"), gettext("Register")
    visitor = visit(size=PHONE, language=language)
    page = visitor.page
    visitor.open("/guest/")
    assert page.locator("h1").inner_text() == heading
    assert_well(visitor)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".ip-summary")).to_be_focused()
    assert page.locator(".ip-error").count() == 4
    assert_well(visitor)
    fill_in(page)
    page.get_by_role("button", name=button).click()
    secrets = page.locator(".ip-secret")
    expect(secrets).to_have_count(2)
    assert secrets.first.inner_text() == "ggarg"
    assert_well(visitor)
    page.reload()
    expect(secrets).to_have_count(0)
    assert OutgoingMail.objects.get().language == language
    visitor.open("/guest/")
    fill_in(page)
    page.get_by_role("button", name=button).click()
    expect(page.locator("h1")).to_contain_text("Gita")
    expect(secrets).to_have_count(0)
    assert GuestAccount.objects.count() == OutgoingMail.objects.count() == 1


def test_the_guest_page_writes_in_sixteen_pixels_so_that_no_phone_zooms(visit: Visit) -> None:
    visitor = visit(size=PHONE)
    visitor.open("/guest/")
    sizes = visitor.page.eval_on_selector_all(
        "input:not([type=hidden])", "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes[:4]) >= 16


def test_registering_needs_no_script(visit: Visit) -> None:
    visitor = visit(size=PHONE)
    context = visitor.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    page = context.new_page()
    page.goto(visitor.base_url + "/guest/")
    fill_in(page)
    page.locator("form.ip-card button").click()
    expect(page.locator(".ip-secret")).to_have_count(2)
    context.close()


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (WIDE, "light")])
def test_a_sponsor_creates_a_guest_and_notifies(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    visitor = visit(people.sami(), size=size, scheme=scheme)
    page = visitor.page
    visitor.open("/sponsor/")
    assert_well(visitor)
    page.get_by_role("button", name="Create account").click()
    expect(page.locator(".ip-summary")).to_be_focused()
    page.get_by_label("First name").fill("Gita")
    page.get_by_label("Last name").fill("Garg")
    page.get_by_label("Email address").fill("gita@guest.example")
    page.get_by_role("button", name="Create account").click()
    expect(page.locator(".ip-secret")).to_have_count(2)
    assert_well(visitor)
    page.get_by_role("button", name="Notify by email").click()
    expect(page.get_by_text("on its way to the mail server")).to_be_visible()
    assert page.locator(".ip-secret").count() == 0
    page.get_by_role("link", name="Accounts", exact=True).click()
    expect(page.get_by_role("link", name="Gita Garg")).to_be_visible()
    assert_well(visitor)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sponsor/sign-in/"))
    assert OutgoingMail.objects.get().recipient == "gita@guest.example"


def test_the_password_can_be_copied(visit: Visit) -> None:
    visitor = visit(people.sami())
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page
    visitor.open("/sponsor/")
    page.get_by_label("First name").fill("Gita")
    page.get_by_label("Last name").fill("Garg")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Copy the password").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#password").inner_text()
