"""The sandbox's pages as an admin sees them."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.urls import clear_url_caches, reverse
from pytest_django.fixtures import Settings

from console import menu
from sandbox.authority import ensure_chain
from sandbox.coordinates import Coordinates, sandbox_folder, write_coordinates
from sandbox.mailbox import Mailbox, Receipt, new_id
from tests.support.people import ada, client_for, sami

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(tmp_path: Path, settings: Settings) -> Path:
    settings.ISE_MAIL_DATA = tmp_path
    return tmp_path


@pytest.fixture
def admin(data: Path) -> Client:
    return client_for(ada())


@pytest.fixture
def received(data: Path) -> Callable[..., str]:
    """Put a mail into the inbox as the relay does and return its id."""
    mailbox = Mailbox(sandbox_folder(data) / "inbox")

    def receive(subject: str = "Your Guest Account Credentials", html: str = "<b>Hello</b>") -> str:
        mail = EmailMessage()
        mail["Subject"] = subject
        mail.set_content("Hello in text")
        mail.add_alternative(html, subtype="html")
        mail.add_attachment(b"<script>1</script>", maintype="text", subtype="html", filename="evil.html")
        receipt = Receipt(
            id=new_id(),
            received_at=datetime(2026, 11, 24, 8, 30, tzinfo=UTC).timestamp(),
            peer="127.0.0.1:40000",
            tls="TLSv1.3",
            user="mailer",
            envelope_from="ise@testlab.com",
            recipients=("gita@example.org",),
            subject=subject,
            size=len(mail.as_bytes()),
        )
        mailbox.store(receipt=receipt, message=mail.as_bytes())
        return receipt.id

    return receive


def test_an_empty_inbox_says_what_to_do(admin: Client) -> None:
    page = admin.get(reverse("sandbox:inbox")).content.decode()
    assert "No mail yet" in page
    assert reverse("sandbox:guide") in page


def test_the_inbox_lists_mails_newest_first(admin: Client, received: Callable[..., str]) -> None:
    received("first of the day")
    received("second of the day")
    page = admin.get(reverse("sandbox:inbox")).content.decode()
    assert page.index("second of the day") < page.index("first of the day")
    assert "gita@example.org" in page


def test_the_list_is_sent_again_only_when_a_mail_came(admin: Client, received: Callable[..., str]) -> None:
    newest = received()
    address = reverse("sandbox:inbox")
    asked_again = {"HX-Request": "true"}
    assert admin.get(address, {"seen": newest}, headers=asked_again).status_code == 204
    newer = received("news")
    answer = admin.get(address, {"seen": newest}, headers=asked_again)
    assert "news" in answer.content.decode()
    assert f"seen={newer}" in answer.content.decode()
    assert "<h1>" not in answer.content.decode()


def test_a_mail_shows_its_envelope_its_headers_and_its_text(
    admin: Client, received: Callable[..., str]
) -> None:
    page = admin.get(reverse("sandbox:mail", args=[received()])).content.decode()
    for expected in ("ise@testlab.com", "gita@example.org", "TLSv1.3", "Hello in text", "evil.html"):
        assert expected in page


def test_the_html_part_stands_in_a_sandboxed_frame_with_a_policy_of_its_own(
    admin: Client, received: Callable[..., str]
) -> None:
    mail_id = received(html="<style>b{color:red}</style><b>Hello</b><script>parent.x=1</script>")
    page = admin.get(reverse("sandbox:mail", args=[mail_id])).content.decode()
    assert "<script>parent.x=1" not in page
    address = reverse("sandbox:mail-html", args=[mail_id])
    assert f'sandbox title="HTML part of the mail" src="{address}"' in page
    frame = admin.get(address)
    policy = frame["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("what", ["mail-source", "mail-part"])
def test_source_and_files_are_downloads_that_the_browser_never_shows(
    admin: Client, received: Callable[..., str], what: str
) -> None:
    mail_id = received()
    arguments = [mail_id, 2] if what == "mail-part" else [mail_id]
    answer = admin.get(reverse(f"sandbox:{what}", args=arguments))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("mail_id", ["0" * 18, "..%2f..%2fkeyring", "keyring", "0" * 17 + "g"])
@pytest.mark.parametrize("name", ["mail", "mail-html", "mail-source"])
def test_an_id_that_names_no_mail_is_not_found(admin: Client, mail_id: str, name: str) -> None:
    address = reverse(f"sandbox:{name}", args=["X"]).replace("X", mail_id)
    assert admin.get(address).status_code == 404


def test_the_guide_shows_how_to_reach_the_relay(admin: Client, data: Path) -> None:
    write_coordinates(data, Coordinates("127.0.0.1", 2587, 2465, "mailer", "relay-s3cret"))
    page = admin.get(reverse("sandbox:guide")).content.decode()
    for expected in ("2587", "2465", "mailer", "relay-s3cret", reverse("sandbox:certificate-authority")):
        assert expected in page


def test_the_sandbox_ca_can_be_downloaded_by_anybody(client: Client, data: Path) -> None:
    assert client.get(reverse("sandbox:certificate-authority")).status_code == 404
    ensure_chain(sandbox_folder(data), now=datetime.now(UTC))
    answer = client.get(reverse("sandbox:certificate-authority"))
    assert answer.content.count(b"BEGIN CERTIFICATE") == 1
    assert b"PRIVATE KEY" not in answer.content


def test_a_sponsor_and_a_stranger_see_no_mail(
    client: Client, data: Path, received: Callable[..., str]
) -> None:
    address = reverse("sandbox:mail-source", args=[received()])
    assert client.get(address).status_code == 302
    assert client_for(sami()).get(address).status_code == 302


def test_without_sandbox_there_are_no_pages_and_no_menu_entry(
    admin: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.apps import apps

    from ise_mail import urls

    settings.ISE_MAIL_SANDBOX = False
    monkeypatch.setattr(menu, "_places", {})
    apps.get_app_config("sandbox").ready()
    assert [place.path for place in menu.places() if "sandbox" in place.path] == []
    kept = [pattern for pattern in urls.urlpatterns if str(pattern.pattern) != "sandbox/"]
    monkeypatch.setattr(urls, "urlpatterns", kept)
    clear_url_caches()
    try:
        assert admin.get("/sandbox/inbox/").status_code == 404
    finally:
        clear_url_caches()
