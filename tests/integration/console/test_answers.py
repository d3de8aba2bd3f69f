"""Methods: an action after the session's end, addresses that take no GET, and HEAD on a kept connection."""

import socket
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.core.wsgi import get_wsgi_application
from django.test import Client
from waitress.server import create_server

from tests.support import people

USERS = "/admin/identity-management/identities/users/"


def next_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["next"][0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("referer", "page"),
    [
        (f"http://testserver{USERS}7/?q=a", f"{USERS}7/?q=a"),
        ("http://elsewhere.example/x/", USERS),
        ("", USERS),
    ],
)
def test_an_action_after_the_end_of_the_session_leads_back_to_the_page_of_its_button(
    client: Client, referer: str, page: str
) -> None:
    answer = client.post(f"{USERS}7/disable/", headers={"Referer": referer})
    assert answer.status_code == 302
    assert next_of(answer["Location"]) == page


@pytest.mark.django_db
def test_after_the_sign_in_it_is_told_that_the_action_was_not_done(client: Client) -> None:
    ada = people.ada()
    away = client.post(f"{USERS}{ada.pk}/disable/")
    answer = client.post(
        away["Location"], {"login": "ada", "password": people.PASSWORD, "next": next_of(away["Location"])}
    )
    assert answer["Location"] == USERS
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert said[-1] == "Your session had ended, so the last action was not done. Repeat it."


@pytest.mark.django_db
def test_an_address_that_only_takes_actions_says_so_in_words() -> None:
    answer = people.client_for(people.ada()).get("/checklist/dismiss/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address is not a page" in answer.content.decode()
    assert 'id="im-rail"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/-/live", "/-/ready", "/", USERS])
def test_head_answers_like_get(path: str) -> None:
    client = people.client_for(people.ada())
    assert client.head(path).status_code == client.get(path).status_code


@pytest.mark.django_db
def test_a_refused_page_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert (
        people.client_for(people.hana()).get("/admin/system/certificates/trusted/import/").status_code == 403
    )

    (record,) = [one for one in caplog.records if one.name == "django.request"]
    assert record.getMessage().startswith("Forbidden")
    assert record.exc_info is None


@pytest.fixture
def web_port() -> Iterator[int]:
    server = create_server(get_wsgi_application(), listen="127.0.0.1:0", threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(10)


@pytest.mark.parametrize("path", ["/-/live", "/nowhere/", "/", "/checklist/dismiss/"])
def test_head_sends_no_body_on_a_connection_that_is_kept(web_port: int, path: str) -> None:
    head = f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    last = b"GET /-/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", web_port), timeout=20) as connection:
        connection.sendall(head + last)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    first, _end, rest = received.partition(b"\r\n\r\n")
    assert b"content-length" in first.lower()
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
