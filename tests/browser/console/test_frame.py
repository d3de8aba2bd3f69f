"""The frame in a real browser: every page of the menu, the drawer, the theme, dialogs, and refused pages."""

from collections.abc import Callable

import pytest

from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor

Visit = Callable[..., Visitor]
LINKS = (
    "els => els.map(e => e.getAttribute('href')).filter(h => h && h.startsWith('/') && !h.startsWith('//'))"
)


def walk(visitor: Visitor, look: Callable[[str], None]) -> int:
    """Follow every link of the rail, the side menus and the breadcrumbs; return how many pages there are."""
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        visitor.open(path)
        look(path)
        waiting += visitor.page.eval_on_selector_all(".im-rail a, .im-sub a, .im-crumbs a", LINKS)
    return len(seen)


def test_every_page_of_the_menu_answers_and_is_clean_for_axe(visit: Visit) -> None:
    visitor = visit(people.ada())
    faults: list[str] = []

    def look(path: str) -> None:
        faults.extend(f"{path}: {line}" for line in visitor.axe() + visitor.small_targets())

    assert walk(visitor, look) > 10
    assert faults == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_of_the_menu_fits_a_phone_in_the_dark(visit: Visit, language: str) -> None:
    visitor = visit(people.ada(), size=PHONE, scheme="dark", language=language)
    faults: list[str] = []

    def look(path: str) -> None:
        faults.extend(f"{path}: {line}" for line in visitor.axe())
        if visitor.overflow():
            faults.append(f"{path}: scrolls sideways by {visitor.overflow()} px")

    walk(visitor, look)
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
