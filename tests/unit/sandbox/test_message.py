"""How a received mail is opened for reading."""

from email.message import EmailMessage

import pytest

from sandbox.mailbox import MailNotFound
from sandbox.message import open_mail

PIXEL = b"\x89PNG\r\n\x1a\n"


def credentials_mail() -> EmailMessage:
    """A mail built as the product's own: text, HTML, a logo named by Content-ID, and a file."""
    mail = EmailMessage()
    mail["From"] = "ise@testlab.com"
    mail["Subject"] = "Vos accès invité"
    mail.set_content("Bonjour, votre mot de passe : abc")
    mail.add_alternative('<img src="cid:logo"><b>Bonjour</b>', subtype="html")
    html = mail.get_payload()[1]
    html.add_related(PIXEL, "image", "png", cid="<logo>", filename="logo.png")
    mail.add_attachment(b"a,b", maintype="text", subtype="csv", filename="list.csv")
    return mail


def test_text_html_and_files_of_a_mail_are_told_apart() -> None:
    opened = open_mail(credentials_mail().as_bytes())
    assert opened.text.strip() == "Bonjour, votre mot de passe : abc"
    assert "<b>Bonjour</b>" in opened.html
    assert [(part.name, part.content_type) for part in opened.parts] == [
        ("logo.png", "image/png"),
        ("list.csv", "text/csv"),
    ]
    assert ("Subject", "Vos accès invité") in opened.headers


def test_an_image_named_by_content_id_stands_in_the_html_as_data() -> None:
    html = open_mail(credentials_mail().as_bytes()).html
    assert "cid:" not in html
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in html


def test_a_content_id_that_names_no_image_is_left_alone() -> None:
    mail = credentials_mail()
    page = mail.as_bytes().replace(b"cid:logo", b"cid:nope")
    assert 'src="cid:nope"' in open_mail(page).html


def test_an_unknown_charset_does_not_hide_the_text() -> None:
    raw = b"Content-Type: text/plain; charset=x-unheard-of\r\n\r\ncaf\xe9"
    assert open_mail(raw).text == "café"


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"no header at all", b"Subject: x\r\n\r\n\xff\xfe"])
def test_a_broken_mail_still_opens(raw: bytes) -> None:
    assert open_mail(raw).parts == ()


def test_a_part_is_found_by_its_number_and_no_other() -> None:
    opened = open_mail(credentials_mail().as_bytes())
    number = opened.parts[1].number
    assert opened.part(number).content == b"a,b"
    with pytest.raises(MailNotFound):
        opened.part(99)
