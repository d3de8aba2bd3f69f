"""The menu tree: rail, side menu and breadcrumb of one page."""

from types import SimpleNamespace

import pytest

from console import menu


@pytest.fixture(autouse=True)
def own_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small tree of this test's own in front of real addresses."""
    monkeypatch.setattr(menu, "_places", {})
    menu.place("operations", label="Operations", order=20)
    menu.place("administration", label="Administration", order=40)
    menu.place("administration/system", label="System", order=10)
    menu.place("administration/system/settings", label="Settings")
    menu.place("administration/system/settings/proxy", label="Proxy")
    menu.place(
        "administration/system/settings/proxy/smtp-server",
        label="SMTP server",
        url_name="console:dashboard",
        permission="smtp.view",
    )


def request(view_name: str, *permissions: str) -> SimpleNamespace:
    """A request of somebody who holds the permissions, at the page of that name."""
    user = SimpleNamespace(is_authenticated=True, has_permission=lambda name: name in permissions)
    return SimpleNamespace(resolver_match=SimpleNamespace(view_name=view_name), user=user)


def labels(items: tuple[menu.Item, ...]) -> list[str]:
    return [item.label for item in items]


def test_the_breadcrumb_is_the_whole_menu_path() -> None:
    trail = menu.trail(request("console:dashboard", "smtp.view"))

    assert labels(trail) == ["Administration", "System", "Settings", "Proxy", "SMTP server"]


def test_a_heading_leads_to_the_first_page_below_it() -> None:
    system = menu.rail(request("console:dashboard", "smtp.view"))[0].items[0]

    assert (system.label, system.items[0].label, system.items[0].url) == ("System", "Settings", "/")


def test_headings_without_any_page_are_left_out() -> None:
    assert labels(menu.rail(request("console:dashboard", "smtp.view"))) == ["Administration"]


def test_pages_a_visitor_may_not_open_are_left_out_with_their_headings() -> None:
    assert menu.rail(request("console:dashboard")) == ()


def test_the_side_menu_holds_what_stands_below_the_current_section() -> None:
    side = menu.side_menu(request("console:dashboard", "smtp.view"))

    assert labels(side) == ["Proxy"]
    assert labels(side[0].items) == ["SMTP server"]
    assert side[0].items[0].is_current
