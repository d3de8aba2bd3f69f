"""Refusals and faults in words: inside the frame for those who have one, light for everybody else."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.support import people

pytestmark = pytest.mark.django_db


def test_an_administrator_who_may_not_open_a_page_keeps_the_menu() -> None:
    answer = people.client_for(people.in_group("Helpdesk Admin")).post("/checklist/dismiss/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You may not open this page" in page
    assert 'id="im-rail"' in page


def test_an_address_that_leads_nowhere_keeps_the_menu_and_marks_no_entry() -> None:
    answer = people.client_for(people.ada()).get("/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'id="im-rail"' in page
    assert "aria-current" not in page


@pytest.mark.parametrize(("path", "start"), [("/guest/nowhere/", "/guest/"), ("/nowhere/", "/")])
def test_a_visitor_gets_a_light_page_that_leads_back_to_the_own_portal(
    client: Client, path: str, start: str
) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "bootstrap" not in page
    assert f'href="{start}"' in page


def test_a_sponsor_gets_the_page_of_the_portal_and_not_of_the_console() -> None:
    page = people.client_for(people.sami()).get("/sponsor/nowhere/").content.decode()
    assert "im-rail" not in page
    assert 'href="/sponsor/"' in page


def test_a_form_without_its_token_is_refused_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "ada", "password": "x"})
    assert answer.status_code == 403
    assert "The page was open too long" in answer.content.decode()


@pytest.mark.parametrize("kind", [MULTIPART_CONTENT, "application/x-www-form-urlencoded"])
def test_too_much_text_is_answered_with_the_limit_and_the_way_out(kind: str) -> None:
    text = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    sent = encode_multipart(BOUNDARY, {"text": text}) if kind == MULTIPART_CONTENT else f"text={text}"
    ada = people.client_for(people.ada())
    ada.handler.enforce_csrf_checks = True
    ada.cookies[settings.CSRF_COOKIE_NAME] = "t" * 32
    answer = ada.generic("POST", "/admin/system/certificates/trusted/import/", sent, content_type=kind)
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "A form takes up to 2 MB of text." in page
    assert "imported from a file instead" in page
    assert 'id="im-rail"' in page


def test_another_request_that_cannot_be_read_gets_the_light_page() -> None:
    answer = Client().get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "The request could not be read" in answer.content.decode()


def test_the_page_of_a_fault_needs_nothing_from_the_request() -> None:
    page = render_to_string("500.html")
    assert "Something went wrong" in page
    assert 'href="/"' in page
