"""The look of the portals: small, readable in light and dark, on a phone and on a desk."""

from collections.abc import Callable

import pytest

from accounts.portals import SPONSOR
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor

Visit = Callable[..., Visitor]
LOOKS = [(PHONE, "light", "en"), (PHONE, "dark", "fr"), (WIDE, "light", "fr"), (WIDE, "dark", "en")]


def check(visitor: Visitor, path: str) -> list[str]:
    """Open a page and return everything that is wrong with it."""
    visitor.open(path)
    faults = visitor.axe() + visitor.small_targets()
    if visitor.overflow():
        faults.append(f"scrolls sideways by {visitor.overflow()} px")
    return [f"{path}: {fault}" for fault in faults]


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS)
def test_the_guest_portal_is_clean_in_every_look(
    visit: Visit, size: tuple[int, int], scheme: str, language: str
) -> None:
    visitor = visit(size=size, scheme=scheme, language=language)
    assert check(visitor, "/guest/") == []


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS)
def test_the_sponsor_portal_is_clean_in_every_look(
    visit: Visit, size: tuple[int, int], scheme: str, language: str
) -> None:
    visitor = visit(people.sami(), portal=SPONSOR, size=size, scheme=scheme, language=language)
    visitor.open("/sponsor/")
    paths = visitor.page.eval_on_selector_all(
        ".ip-tabs a", "tabs => tabs.map(tab => tab.getAttribute('href'))"
    )
    assert paths
    assert [fault for path in paths for fault in check(visitor, path)] == []


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS)
@pytest.mark.parametrize("path", ["/sign-in/", "/sponsor/sign-in/"])
def test_the_sign_in_pages_are_clean_in_every_look(
    visit: Visit, path: str, size: tuple[int, int], scheme: str, language: str
) -> None:
    assert check(visit(size=size, scheme=scheme, language=language), path) == []


def test_a_portal_page_works_without_any_script_of_the_console(visit: Visit) -> None:
    visitor = visit()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("/guest/")
    names = sorted(url.rsplit("/", 1)[-1] for url in asked if "/static/" in url)
    assert set(names) <= {"portal.css", "portal.js", "favicon.svg"}
