"""The frame in a real browser: every page of the menu, the drawer, the theme, dialogs, and refused pages."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from certificates import truststore
from certificates.truststore import Usage
from notifications import relay, test_mail
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support import people, pki
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.pki import Recipe

Visit = Callable[..., Visitor]
# What is left of a window of 1280 pixels at a zoom of 400 percent (WCAG 1.4.10).
SMALLEST = (320, 640)
MENU = ".im-rail a, .im-sub a, .im-crumbs a"
EVERYTHING = "a:not([download])"
LINKS = (
    "links => links.map((link) => link.getAttribute('href')).filter((href) => /^[/][^/]/.test(href ?? ''))"
)


def walk(visitor: Visitor, look: Callable[[str], None], *, links: str = MENU) -> int:
    """Open every console page that links lead to, one of each kind; return how many there are."""
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0).split("?")[0]
        kind = re.sub(r"\d[0-9a-f-]*", "N", path)
        if kind in seen or path.startswith(("/guest/", "/sponsor/")) or not is_page(visitor, path):
            continue
        seen.add(kind)
        visitor.open(path)
        look(path)
        waiting += visitor.page.eval_on_selector_all(links, LINKS)
    return len(seen)


def is_page(visitor: Visitor, path: str) -> bool:
    """Say whether a path answers with a page and not with a file to keep."""
    if "." in path.rsplit("/", 1)[-1]:
        return False
    answer = visitor.context.request.get(visitor.base_url + path)
    assert answer.status == 200, f"{path}: {answer.status}"
    return "attachment" not in answer.headers.get("content-disposition", "")


@pytest.fixture
def furnished(now: datetime) -> None:
    """One of each thing that has a page of its own."""
    people.sami()
    authority = pki.make(Recipe("Testlab Root CA", ca=True, not_after=pki.NOW + 20 * pki.DAY))
    truststore.import_certificates(
        data=authority.pem,
        usages=frozenset({Usage.INFRASTRUCTURE}),
        accept_warnings=True,
        actor="ada",
        now=now,
    )
    server = ServerSettings(host="mail.testlab.com", port=587, tls=TlsMode.STARTTLS)
    relay.save(server=server, keep_password=False, allow_cleartext_password=False, actor="ada", now=now)
    test_mail.send_test_mail(address="gita.rao@example.org", language="en", actor="ada", now=now)


def test_every_page_and_every_form_of_the_console_is_clean_for_axe(visit: Visit, furnished: None) -> None:
    visitor = visit(people.ada())
    faults: list[str] = []

    def look(path: str) -> None:
        faults.extend(f"{path}: {line}" for line in visitor.axe() + visitor.small_targets())
        title = visitor.page.title()
        if not title.endswith("· ISE Mail") or title.startswith("·"):
            faults.append(f"{path}: its title is {title!r}")

    assert walk(visitor, look, links=EVERYTHING) > 20
    assert faults == []


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en"), (SMALLEST, "fr")])
def test_every_page_of_the_console_fits_a_phone_in_the_dark(
    visit: Visit, furnished: None, size: tuple[int, int], language: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme="dark", language=language)
    faults: list[str] = []

    def look(path: str) -> None:
        faults.extend(f"{path}: {line}" for line in visitor.axe())
        if visitor.overflow():
            faults.append(f"{path}: scrolls sideways by {visitor.overflow()} px")

    walk(visitor, look, links=EVERYTHING)
    assert faults == []


def test_the_menu_of_the_helpdesk_leads_only_to_pages_that_answer(visit: Visit) -> None:
    assert walk(visit(people.hana()), lambda path: None) > 10


def test_the_theme_follows_the_system_until_it_is_chosen_and_then_stays(visit: Visit) -> None:
    visitor = visit(people.ada(), scheme="dark")
    visitor.open("/")
    assert visitor.page.get_attribute("html", "data-bs-theme") == "dark"
    visitor.page.click("[data-im-theme]")
    visitor.page.reload()
    assert visitor.page.get_attribute("html", "data-bs-theme") == "light"


def test_the_language_is_switched_on_the_page_one_stands_on(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/admin/system/audit/?actor=ada")
    visitor.page.click("button[name=language]")
    assert visitor.page.get_attribute("html", "lang") == "fr"
    assert visitor.page.url.endswith("/admin/system/audit/?actor=ada")


def test_the_drawer_of_a_phone_takes_the_focus_and_escape_gives_it_back(visit: Visit) -> None:
    visitor = visit(people.ada(), size=PHONE)
    visitor.open("/")
    rail = visitor.page.locator("#im-rail")
    assert not rail.is_visible()
    visitor.page.click("[data-im-rail]")
    assert rail.is_visible()
    assert visitor.page.evaluate("document.getElementById('im-rail').contains(document.activeElement)")
    assert visitor.axe() == []
    visitor.page.keyboard.press("Escape")
    assert visitor.page.evaluate("document.activeElement.hasAttribute('data-im-rail')")
    assert visitor.page.get_attribute("[data-im-rail]", "aria-expanded") == "false"


def test_the_first_tab_reaches_the_skip_link_and_it_leads_to_the_content(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.className") == "im-skip"
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"


def test_the_account_menu_opens_by_keyboard_and_signs_out(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/")
    menu = visitor.page.locator("#im-account")
    visitor.page.focus("[popovertarget=im-account]")
    visitor.page.keyboard.press("Enter")
    assert menu.is_visible()
    assert visitor.axe() == []
    visitor.page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert visitor.page.evaluate("document.activeElement.getAttribute('popovertarget')") == "im-account"
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.className") == "im-menu__item"
    visitor.page.click(".im-top form[action='/sign-out/'] button")
    assert "/sign-in/" in visitor.page.url


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_a_page_that_is_not_there_is_answered_in_words(
    visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open("/nowhere/", status=404)
    assert visitor.page.inner_text("h1") == "Page not found"
    assert visitor.axe() == []
    assert visitor.overflow() == 0


def test_without_encryption_every_page_says_so(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open("/")
    assert "not encrypted" in visitor.page.inner_text(".im-strip")
