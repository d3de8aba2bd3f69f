"""How much a phone must fetch for the portals, counted as whitenoise sends it."""

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from guests.sponsors import Sponsor

pytestmark = pytest.mark.django_db
_LINKED = re.compile(r'(?:src|href)="/static/([^"#]+)')


def transfer(page: str) -> dict[str, int]:
    """Return the bytes of the page, sent as it is, and of each static file, sent compressed."""
    sizes = {"page": len(page.encode())}
    for name in set(_LINKED.findall(page)):
        found = finders.find(name)
        assert isinstance(found, str), name
        content = Path(found).read_bytes()
        sizes[name] = min(len(brotli.compress(content)), len(content))
    return sizes


def test_the_guest_page_is_ten_kilobytes_in_four_requests(client: Client) -> None:
    sizes = transfer(client.get("/guest/").content.decode())
    assert len(sizes) <= 4, sizes
    assert sum(sizes.values()) <= 10_000, sizes


def test_the_sponsor_page_is_twenty_kilobytes(sami: Sponsor, signed_in: Callable[[str], Client]) -> None:
    sizes = transfer(signed_in("sami").get("/sponsor/").content.decode())
    assert sum(sizes.values()) <= 20_000, sizes
