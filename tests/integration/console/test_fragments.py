"""Parts of pages: the page's own requests get them, an address opened alone leads to the page."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.urls import reverse

from tests.support import people
from tests.support.pages import PART

pytestmark = pytest.mark.django_db
SOME = UUID(int=7)
PARTS = [
    ("console:audit-chain", "console:audit", {}),
    ("certificates:trusted-import-state", "certificates:trusted-import-choice", {"upload_id": SOME}),
    ("certificates:trusted-what-if", "certificates:trusted-edit", {"certificate_id": 7}),
    ("certificates:periodic-check-state", "certificates:periodic-check", {}),
]
PARTS_OF_ONE_PAGE = [
    ("notifications:smtp-server-test-state", {"group": SOME}, "notifications:smtp-server"),
    ("notifications:test-mail-state", {"mail_id": SOME}, "notifications:test-mail"),
    ("guests:portal-email-test", {"mail_id": SOME}, "guests:portal-email"),
]
ADDRESSES = [
    *((reverse(part, kwargs=kept), reverse(page, kwargs=kept)) for part, page, kept in PARTS),
    *((reverse(part, kwargs=own), reverse(page)) for part, own, page in PARTS_OF_ONE_PAGE),
    (reverse("certificates:trusted-repair", args=[SOME]), reverse("certificates:trusted-list")),
]
ANSWERS_ALONE_WITH_A_WHOLE_PAGE = {"sandbox:inbox"}


@pytest.mark.parametrize(("part", "page"), ADDRESSES)
def test_a_part_that_is_opened_alone_leads_to_its_page(part: str, page: str) -> None:
    answer = people.client_for(people.ada()).get(part)
    assert (answer.status_code, answer.headers["Location"]) == (302, page)


def test_the_page_itself_gets_the_part_alone() -> None:
    answer = people.client_for(people.ada()).get(reverse("console:audit-chain"), headers=PART)
    assert answer.status_code == 200
    assert "HX-Request" in answer.headers["Vary"]
    assert "<html" not in answer.content.decode()


def test_every_address_that_a_page_asks_for_a_part_is_named_here() -> None:
    asked = re.compile(r"hx-get=\"{% url '([^']+)'")
    templates = Path(__file__).parents[3].glob("templates/**/*.html")
    found = {name for template in templates for name in asked.findall(template.read_text(encoding="utf-8"))}
    named = {part for part, *_ in (*PARTS, *PARTS_OF_ONE_PAGE)}
    assert found - ANSWERS_ALONE_WITH_A_WHOLE_PAGE == named
