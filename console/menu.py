"""The menu: one tree that mirrors ISE's own; rail, side menu and breadcrumb follow from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

RAIL_DEPTH = 3


@dataclass(frozen=True)
class Place:
    """One entry of the menu; `path` is its place, such as `administration/system/deployment`."""

    path: str
    label: Any
    url_name: str = ""
    permission: str = ""
    icon: str = ""
    order: int = 100
    in_nav: bool = True

    @property
    def depth(self) -> int:
        """How deep the entry stands; a group of the rail has depth 1."""
        return self.path.count("/") + 1


@dataclass(frozen=True)
class Item:
    """An entry as one visitor sees it on one page."""

    label: Any
    url: str
    icon: str
    is_current: bool
    items: tuple["Item", ...] = field(default=())


_places: dict[str, Place] = {}


def place(
    path: str,
    *,
    label: Any,
    url_name: str = "",
    permission: str = "",
    icon: str = "",
    order: int = 100,
    in_nav: bool = True,
) -> None:
    """Put an entry into the tree; an entry without `url_name` is a heading.

    Several apps may place the same heading: the first word stands. A page placed over a heading replaces it.
    """
    known = _places.get(path)
    if known is None or (url_name and not known.url_name):
        _places[path] = Place(path, label, url_name, permission, icon, order, in_nav)


def places() -> list[Place]:
    """Return every entry in menu order, parents before their children."""
    return sorted(_places.values(), key=_sort_key)


def current_path(request: HttpRequest) -> str:
    """Return the path of the entry that the request's page stands at, or ""."""
    match = request.resolver_match
    name = match.view_name if match else ""
    return next((entry.path for entry in _places.values() if name and entry.url_name == name), "")


def rail(request: HttpRequest) -> tuple[Item, ...]:
    """Return the rail: groups, in them areas, in them sections; only what the visitor may open.

    A heading leads to the first page below it; one without any page is left out.
    """
    return _level(request, "", RAIL_DEPTH)


def side_menu(request: HttpRequest) -> tuple[Item, ...]:
    """Return what stands below the current section: headings with their pages, or pages alone."""
    section = "/".join(current_path(request).split("/")[:RAIL_DEPTH])
    if section.count("/") < RAIL_DEPTH - 1:
        return ()
    return _level(request, section, 9)


def trail(request: HttpRequest) -> tuple[Item, ...]:
    """Return the breadcrumb, ISE's menu path from the group down to the current page."""
    path = current_path(request)
    steps = path.split("/") if path else []
    found = []
    for depth in range(1, len(steps) + 1):
        entry = _places.get("/".join(steps[:depth]))
        if entry is not None:
            found.append(_item(request, entry, ()))
    return tuple(found)


def _level(request: HttpRequest, parent: str, deepest: int) -> tuple[Item, ...]:
    found = []
    for entry in _children(parent):
        below = _level(request, entry.path, deepest) if entry.depth < deepest else ()
        item = _item(request, entry, below)
        if item.url:
            found.append(item)
    return tuple(found)


def _item(request: HttpRequest, entry: Place, below: tuple[Item, ...]) -> Item:
    here = current_path(request)
    is_current = here == entry.path or here.startswith(f"{entry.path}/")
    return Item(entry.label, _address(request, entry), entry.icon, is_current, below)


def _address(request: HttpRequest, entry: Place) -> str:
    """Return the entry's own page, else the first page below it that the visitor may open, else ""."""
    if entry.url_name and entry.in_nav and _may_open(request, entry):
        return reverse(entry.url_name)
    return next(filter(None, (_address(request, child) for child in _children(entry.path))), "")


def _may_open(request: HttpRequest, entry: Place) -> bool:
    return not entry.permission or bool(
        request.user.is_authenticated and request.user.has_permission(entry.permission)
    )


def _children(parent: str) -> Iterable[Place]:
    depth = parent.count("/") + 2 if parent else 1
    below = f"{parent}/" if parent else ""
    found = [
        entry
        for entry in _places.values()
        if entry.depth == depth and entry.path.startswith(below) and entry.in_nav
    ]
    return sorted(found, key=lambda entry: (entry.order, entry.path))


def _sort_key(entry: Place) -> tuple[tuple[int, str], ...]:
    steps = entry.path.split("/")
    ancestors = ["/".join(steps[:depth]) for depth in range(1, len(steps) + 1)]
    return tuple((_places[path].order if path in _places else 0, path) for path in ancestors)
