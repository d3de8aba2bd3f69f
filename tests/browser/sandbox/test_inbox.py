"""The sandbox inbox in a real browser."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sandbox.coordinates import sandbox_folder
from sandbox.mailbox import Mailbox, Receipt, new_id
from tests.support.browser import PHONE, Visitor
from tests.support.people import ada

Visit = Callable[..., Visitor]


@pytest.fixture
def receive(tmp_path: Path, settings: object) -> Callable[[str], str]:
    """Put a mail into the inbox as the relay does and return its id."""
    settings.ISE_MAIL_DATA = tmp_path  # type: ignore[attr-defined]
    mailbox = Mailbox(sandbox_folder(tmp_path) / "inbox")

    def put(subject: str) -> str:
        mail = EmailMessage()
        mail["Subject"] = subject
        mail.set_content("Hello in text")
        mail.add_alternative(
            "<style>b{color:rgb(1,2,3)}</style><b>Hello</b><script>x</script>", subtype="html"
        )
        receipt = Receipt(
            new_id(),
            1795507200.0,
            "127.0.0.1:4",
            "TLSv1.3",
            "mailer",
            "a@b.example",
            ("c@d.example",),
            subject,
            9,
        )
        mailbox.store(receipt=receipt, message=mail.as_bytes())
        return receipt.id

    return put


def test_a_mail_that_arrives_appears_without_a_reload(
    visit: Visit,
    receive: Callable[[str], str],
) -> None:
    visitor = visit(ada())
    visitor.open("/sandbox/inbox/")
    expect(visitor.page.get_by_text("No mail yet")).to_be_visible()
    receive("Your Guest Account Credentials")
    expect(visitor.page.get_by_role("link", name="Your Guest Account Credentials")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mail_shows_its_html_styled_and_without_its_script(
    visit: Visit,
    receive: Callable[[str], str],
    language: str,
) -> None:
    mail_id = receive("Your Guest Account Credentials")
    visitor = visit(ada(), size=PHONE, language=language)
    visitor.allow("Blocked script execution")
    visitor.open(f"/sandbox/inbox/{mail_id}/")
    bold = visitor.page.frame_locator("iframe").locator("b")
    expect(bold).to_have_css("color", "rgb(1, 2, 3)")
    assert visitor.overflow() == 0
    assert visitor.axe() == []
    assert visitor.small_targets() == []
