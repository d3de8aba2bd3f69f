"""What a first visit costs: the bytes of a page with all it links to, compressed as they are served."""

import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.support import people

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|src)="/static/([^"#?]+)')
CSS_URL = re.compile(r'url\("?([^")]+)"?\)')
PACKED = {".woff2", ".png", ".ico"}


def served_size(path: Path) -> int:
    """Return how many bytes travel for a static file; fonts and pictures are packed already."""
    content = path.read_bytes()
    return len(content) if path.suffix in PACKED else len(brotli.compress(content))


def first_visit(client: Client, address: str) -> tuple[int, int]:
    """Return the bytes and the requests of a visit with an empty cache; the page itself is not compressed."""
    page = client.get(address)
    assert page.status_code == 200
    names = set(LINK.findall(page.content.decode()))
    files = {Path(finders.find(name) or name) for name in names}
    return len(page.content) + sum(served_size(file) for file in files), 1 + len(files)


def test_the_smtp_server_page_weighs_at_most_150_kb_on_the_first_visit() -> None:
    size, requests = first_visit(people.client_for(people.ada()), "/admin/system/settings/proxy/smtp-server/")
    assert size <= 150_000
    assert requests <= 26


@pytest.mark.parametrize(
    ("address", "most_bytes", "most_requests"), [("/guest/", 10_000, 4), ("/sponsor/", 20_000, 8)]
)
def test_the_portals_are_light_although_they_say_that_http_is_not_encrypted(
    settings: Any, address: str, most_bytes: int, most_requests: int
) -> None:
    client = people.client_for(people.sami())
    size, requests = first_visit(client, address)
    assert size <= most_bytes
    assert requests <= most_requests
    assert "This connection is not encrypted" in client.get(address).content.decode()
    settings.SESSION_COOKIE_SECURE = True
    assert "This connection is not encrypted" not in client.get(address).content.decode()


def test_a_page_of_the_frame_links_to_nothing_that_is_not_there() -> None:
    page = people.client_for(people.ada()).get("/").content.decode()
    assert [name for name in LINK.findall(page) if finders.find(name) is None] == []


def test_every_file_that_a_style_sheet_names_is_there() -> None:
    root = Path(__file__).parents[3] / "static"
    missing = [
        f"{sheet.name}: {name}"
        for sheet in [*root.glob("console/*.css"), *root.glob("portal/*.css")]
        for name in CSS_URL.findall(sheet.read_text(encoding="utf-8"))
        if not (sheet.parent / name).resolve().is_file()
    ]
    assert missing == []
