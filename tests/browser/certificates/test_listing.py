"""The list of trusted certificates in a browser: filters without a new page, rows to tick, undo, keyboard."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from playwright.sync_api import expect

from certificates import truststore
from certificates.models import TrustedCertificate
from certificates.truststore import Usage
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.pki import DAY, root

LIST = "/admin/system/certificates/trusted/"
INFRASTRUCTURE = frozenset({Usage.INFRASTRUCTURE})
Visit = Callable[..., Visitor]


@pytest.fixture
def filled() -> None:
    """One certificate of each color and enough others for a second page."""
    now = datetime.now(UTC)
    key = root("key").key
    ends = {"gone": -400, "in 8": 8, "in 45": 45, "in 80": 80, **{f"fine {n:02}": 400 + n for n in range(24)}}
    for name, days in ends.items():
        made = root(f"CA {name}", key=key, not_before=now - 900 * DAY, not_after=now + days * DAY)
        truststore.import_certificates(
            data=made.pem, usages=INFRASTRUCTURE, name=name, accept_warnings=True, actor="ada", now=now
        )


def names(visitor: Visitor) -> list[str]:
    return visitor.page.locator(".im-list__name").all_inner_texts()


def tick(visitor: Visitor, *wanted: str) -> None:
    for name in wanted:
        visitor.page.get_by_label(f"Select {name}", exact=True).check()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_selection_and_confirmation_are_accessible_and_fit(
    visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(LIST)
    tick(visitor, "gone", "in 45")
    for _state in ("selected", "confirmation", "nothing found"):
        assert (visitor.axe(), visitor.overflow(), visitor.small_targets()) == ([], 0, [])
        if _state == "selected":
            visitor.page.get_by_role("button", name="Delete").click()
            visitor.page.wait_for_url("**/bulk/**")
        else:
            visitor.open(f"{LIST}?q=nobody")


@pytest.mark.usefixtures("filled")
def test_a_wide_window_shows_every_column(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(LIST)
    scroll = visitor.page.locator(".im-table__scroll")
    assert scroll.evaluate("part => part.scrollWidth - part.clientWidth") == 0


@pytest.mark.usefixtures("filled")
def test_filters_orders_and_search_change_the_table_without_a_new_page(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(LIST)
    page = visitor.page
    page.evaluate("window.isTheSamePage = true")
    page.get_by_role("link", name="Within 60 days").press("Enter")
    expect(page.locator(".im-list__name")).to_have_count(1)
    assert names(visitor) == ["in 45"] and "expiry=60" in page.url
    assert page.evaluate("document.activeElement.id") == "expiry-60"
    assert page.locator("#trusted-count").inner_text() == "1 certificate"
    page.get_by_role("link", name="All 28").click()
    expect(page.locator(".im-list__name")).to_have_count(25)
    assert page.evaluate("window.isTheSamePage") is True
    page.get_by_role("link", name="Friendly name").click()
    page.wait_for_url("**sort=name**")
    assert page.evaluate("window.isTheSamePage") is True
    page.get_by_role("searchbox").fill("fine 1")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".im-list__name")).to_have_count(10)
    assert page.evaluate("document.activeElement.type") == "search"
    assert names(visitor)[0] == "fine 10"
    assert page.evaluate("window.isTheSamePage") is True
    page.get_by_label("Trusted for").select_option("unknown")
    page.get_by_text("No certificate matches").wait_for()
    assert page.evaluate("window.isTheSamePage") is True
    page.go_back()
    expect(page.locator(".im-list__name")).to_have_count(10)


@pytest.mark.usefixtures("filled")
def test_ticked_rows_are_exported_and_the_page_goes_on(visit: Visit, tmp_path: Path) -> None:
    visitor = visit(people.hana())
    visitor.open(LIST)
    tick(visitor, "in 8", "in 80")
    assert visitor.page.locator("[data-im-selected]").inner_text() == "2"
    for count in (2, 28):
        with visitor.page.expect_download() as waiting:
            visitor.page.get_by_role("button", name="Export as PEM").click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        assert len(x509.load_pem_x509_certificates(path.read_bytes())) == count
        visitor.page.get_by_label("All 28 of this list").check()


@pytest.mark.usefixtures("filled")
def test_expired_certificates_are_removed_and_put_back_by_the_button_of_the_message(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(LIST)
    page = visitor.page
    page.get_by_role("link", name="Remove expired (1)").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("1 certificate deleted.").wait_for()
    assert not TrustedCertificate.objects.filter(friendly_name="gone").exists()
    assert visitor.axe() == []
    page.locator(".im-toast").get_by_role("button", name="Undo").click()
    page.get_by_text("1 certificate is back.").wait_for()
    assert TrustedCertificate.objects.filter(friendly_name="gone").exists()


@pytest.mark.usefixtures("filled")
def test_many_are_disabled_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(f"{LIST}?q=fine&size=50")
    page = visitor.page
    page.get_by_label("Select all rows of this page").focus()
    page.keyboard.press("Space")
    assert page.locator("[data-im-selected]").inner_text() == "24"
    page.get_by_role("button", name="Disable").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/bulk/**")
    page.get_by_role("button", name="Disable").focus()
    page.keyboard.press("Enter")
    page.get_by_text("24 certificates disabled.").wait_for()
    assert "q=fine" in page.url
    assert TrustedCertificate.objects.filter(status="disabled").count() == 24


@pytest.mark.usefixtures("filled")
def test_everything_works_without_script(visit: Visit) -> None:
    visitor = visit(people.ada())
    cookies = visitor.context.cookies()
    browser = visitor.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{visitor.base_url}{LIST}?sort=name")
    page.locator("#expiry-expired").click()
    assert "expiry=expired" in page.url
    page.get_by_label("Select gone", exact=True).check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    assert not TrustedCertificate.objects.filter(friendly_name="gone").exists()
    page.locator(".im-note").get_by_role("button", name="Undo").click()
    assert TrustedCertificate.objects.filter(friendly_name="gone").exists()
    context.close()
