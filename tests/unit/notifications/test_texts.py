"""The texts of the mails as files: complete in both languages, and fit for old mail programs."""

import re
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest

from notifications import wording
from notifications.categories import ALARM, GUEST_CREDENTIALS, categories
from notifications.mail.placeholders import parse

LANGUAGES = ("en", "fr")
MAILS = [row for row in categories() if row.folder == row.name]
EVERY = pytest.mark.parametrize(("row", "language"), [(row, lang) for row in MAILS for lang in LANGUAGES])
GMAIL_CUTS_AT = 102 * 1024
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Tags(HTMLParser):
    """Gathers the tags with their attributes, and checks that they nest."""

    VOID = {"meta", "img", "br", "link"}

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def text_of(row, language):
    return wording._as_it_stands(row, language)


def names_in(row, source):
    return set(parse(source, row.all_variables).names)


@EVERY
def test_each_text_uses_the_same_variables_in_both_languages_and_both_parts(row, language):
    text, english = text_of(row, language), text_of(row, "en")
    assert text.language == language
    assert names_in(row, text.html) == names_in(row, english.html)
    assert names_in(row, text.text) == names_in(row, english.text)
    assert names_in(row, text.html) <= names_in(row, text.text)


@EVERY
def test_the_html_is_tables_of_600_pixels_that_old_mail_programs_can_draw(row, language):
    page = text_of(row, language).html
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert not re.search(r"flex|grid|position:|float:|<script|<form|https?://", page)
    assert len(page.encode()) < GMAIL_CUTS_AT
    assert ("table", "600") in [(tag, attrs.get("width")) for tag, attrs in tags.found]
    assert all(attrs.get("alt") and attrs.get("width") for tag, attrs in tags.found if tag == "img")
    assert all(attrs.get("role") == "presentation" for tag, attrs in tags.found if tag == "table")
    assert [attrs["src"] for tag, attrs in tags.found if tag == "img"] == ["cid:logo"]
    assert [attrs["lang"] for tag, attrs in tags.found if tag == "html"] == [language]
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("row", MAILS)
def test_no_french_line_may_break_before_its_punctuation(row):
    text = text_of(row, "fr")
    html = re.sub(r"<style.*?</style>|<[^>]+>", "\n", text.html, flags=re.DOTALL)
    parts = {
        "subject": text.subject,
        "text": text.text,
        "html": unescape(html),
    }
    assert [part for part, words in parts.items() if re.search(r" [:;!?»]|« ", words)] == []


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Your Guest Account Credentials"), ("fr", "Identifiants de votre compte invité"), ("de", None)],
)
def test_the_credentials_mail_has_its_known_subject(language, subject):
    rendered = wording.preview(category=GUEST_CREDENTIALS, language=language, now=NOW)
    assert rendered.subject == (subject or "Your Guest Account Credentials")


def test_a_preview_shows_sample_values_and_those_that_are_given():
    rendered = wording.preview(
        category=GUEST_CREDENTIALS, language="en", now=NOW, values={"ui_first_name": "Gita <3"}
    )
    assert "Gita <3 Garg" in rendered.text and "Gita &lt;3 Garg" in rendered.html
    assert "$" not in rendered.text
    assert rendered.images[0].png.startswith(b"\x89PNG") and len(rendered.images[0].png) < 5000


def test_sample_dates_lie_around_now_and_are_written_as_in_the_real_mail():
    english, french = (
        wording.preview(category=GUEST_CREDENTIALS, language=language, now=NOW).text for language in LANGUAGES
    )
    assert "Valid from:  24 November 2026, 09:00 UTC" in english
    assert "Valid until: 27 November 2026, 09:00 UTC" in english
    assert "24 novembre 2026 à 09:00 UTC" in french
    assert "(default)" not in english + french


def test_a_line_end_in_a_value_does_not_end_the_subject():
    rendered = wording.preview(category=ALARM, language="en", now=NOW, values={"alarm_name": "a\r\nBcc: x"})
    assert rendered.subject.endswith("a Bcc: x")
