"""The console's pages about guest portals in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from guests import portals
from guests.models import GuestType
from notifications.models.outbox import OutgoingMail
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor

Visit = Callable[..., Visitor]
PORTALS = "/work-centers/guest-access/portals/"
SETTINGS = f"{PORTALS}self-registered/"
EMAIL = f"{SETTINGS}customization/notifications/email/"


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
@pytest.mark.parametrize("path", [PORTALS, SETTINGS, EMAIL, f"{PORTALS}guest-types/"])
def test_a_page_reads_well(visit: Visit, path: str, size: tuple[int, int], scheme: str) -> None:
    visitor = visit(people.hana(), size=size, scheme=scheme)
    visitor.open(path)
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def test_the_preview_shows_the_mail_and_runs_no_script(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(EMAIL)
    frame = visitor.page.frame_locator("iframe")
    expect(frame.get_by_text("ggarg").first).to_be_visible()
    expect(frame.locator("img").first).to_have_js_property("complete", True)
    assert visitor.page.locator("iframe").get_attribute("sandbox") == ""
    visitor.page.get_by_role("link", name="Phone").click()
    assert visitor.page.locator("iframe").bounding_box()["width"] <= 394  # type: ignore[index]


def test_a_test_mail_is_sent_from_the_page_and_its_result_awaited(visit: Visit) -> None:
    visitor = visit(people.ada())
    page = visitor.page
    visitor.open(EMAIL)
    page.get_by_label("Email address").fill("ada@testlab.com")
    page.get_by_role("button", name="Send test email").click()
    expect(page.get_by_text("The test email is on its way.")).to_be_visible()
    OutgoingMail.objects.update(state="DEAD", last_error="550 5.1.1 no such mailbox")
    expect(page.get_by_text("550 5.1.1 no such mailbox")).to_be_visible()
    expect(page.get_by_role("link", name="Open it in the delivery log")).to_be_visible()
    assert visitor.axe() == []


def test_the_settings_reveal_the_domains_and_are_saved(visit: Visit) -> None:
    visitor = visit(people.ada())
    page = visitor.page
    visitor.open(SETTINGS)
    domains = page.get_by_label("Domains", exact=True)
    expect(domains).to_be_hidden()
    page.get_by_label("Allow only guests").check()
    domains.fill("testlab.com\nlab.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Portal settings saved.")).to_be_visible()
    assert portals.current().email_allowlist == ("testlab.com", "lab.example")


def test_a_guest_type_is_edited(visit: Visit) -> None:
    visitor = visit(people.ada())
    page = visitor.page
    visitor.open(f"{PORTALS}guest-types/")
    page.get_by_role("link", name="Daily (default)").click()
    assert visitor.axe() == []
    page.get_by_label("Tell guests by email").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Guest type saved.")).to_be_visible()
    assert GuestType.objects.get(name="Daily (default)").has_expiry_notice
