"""From a rendered text to the bytes of a message."""

import email
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.mail.compose import (
    InlineImage,
    Letterhead,
    MessageMalformed,
    Rendered,
    compose,
    refuse_malformed,
)

HEAD = Letterhead(
    sender="donotreply@testlab.com",
    recipient="gita@guest.example",
    date=datetime(2026, 11, 24, 9, 14, 7, tzinfo=UTC),
    message_id="<0199c0de-0000-7000-8000-000000000001@ise3-1.testlab.com>",
    language="en",
)
LOGO = InlineImage("logo", "logo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]
ANYTHING = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=300)


def read(message):
    return email.message_from_bytes(message, policy=email.policy.SMTP)


def test_the_message_is_text_and_html_with_the_logo_inside_the_html_alternative():
    message = read(compose(Rendered("Hello", "text", "<p>html</p>", (LOGO,)), HEAD))
    assert message.get_content_type() == "multipart/alternative"
    plain, related = message.iter_parts()
    page, image = related.iter_parts()
    assert (plain.get_content_type(), plain.get_content()) == ("text/plain", "text")
    assert related.get_content_type() == "multipart/related"
    assert (page.get_content_type(), page.get_content()) == ("text/html", "<p>html</p>")
    assert (image.get_content_type(), image["Content-ID"]) == ("image/png", "<logo>")
    assert image.get_content_disposition() == "inline"
    assert image.get_content() == LOGO.png


def test_a_mail_without_an_image_has_the_html_as_its_alternative():
    message = read(compose(Rendered("Hello", "text", "<p>html</p>"), HEAD))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_two_attempts_give_the_same_bytes():
    content = Rendered("Identifiants de votre compte invité", "é" * 500, "<p>é</p>", (LOGO,))
    assert compose(content, HEAD) == compose(content, HEAD)


def test_date_and_message_id_are_those_of_the_mail():
    message = read(compose(Rendered("x", "y", "z"), HEAD))
    assert message["Message-ID"] == HEAD.message_id
    assert message["Date"].datetime == HEAD.date


@given(subject=ANYTHING, text=ANYTHING, page=ANYTHING)
def test_no_text_adds_a_header_or_breaks_a_line_rule(subject, text, page):
    wire = compose(Rendered(subject, text, page, (LOGO,)), HEAD)
    refuse_malformed(wire)
    message = read(wire)
    assert message.keys() == FIELDS


def test_a_french_subject_arrives_as_it_was_written():
    subject = "Identifiants de votre compte invité, valables jusqu’au 25 novembre 2026 à 18 h 00"
    assert read(compose(Rendered(subject, "x", "y"), HEAD))["Subject"] == subject


@pytest.mark.parametrize(
    "body",
    ["\n.\n", "a\r.\rb", "a\r\n.\rb", "x" * 10_000, "From here\n", "trailing  \n", "tab\t\n", "\r", "=3D"],
)
def test_an_awkward_body_arrives_as_it_was_written(body):
    message = read(compose(Rendered("x", body, "y"), HEAD))
    plain, _ = message.iter_parts()
    expected = body.replace("\r\n", "\n").replace("\r", "\n")
    assert plain.get_content().replace("\r\n", "\n") == expected


def test_a_subject_that_imitates_an_encoded_word_is_shown_as_it_was_typed():
    message = read(compose(Rendered("=?utf-8?q?=66?=", "x", "y"), HEAD))
    assert message["Subject"] == "=?utf-8?q?=66?="


def test_a_line_end_in_the_subject_becomes_a_space():
    message = read(compose(Rendered("Hello\r\nBcc: ada@testlab.com", "x", "y"), HEAD))
    assert message["Subject"] == "Hello Bcc: ada@testlab.com"
    assert message["Bcc"] is None


@pytest.mark.parametrize("value", ["a@b.example\r\nBcc: c@d.example", "ü@b.example", "a\0@b.example"])
def test_an_address_that_could_end_its_header_is_refused(value):
    head = Letterhead(value, HEAD.recipient, HEAD.date, HEAD.message_id, "en")
    with pytest.raises(MessageMalformed):
        compose(Rendered("x", "y", "z"), head)


@pytest.mark.parametrize("wire", [b"a\nb", b"a\rb", b"a\0b\r\n", b"x" * 999, b"a\r\n.\r\r\n"])
def test_bytes_that_could_smuggle_a_message_are_refused(wire):
    with pytest.raises(MessageMalformed):
        refuse_malformed(wire)
