"""The texts of the mails: as they stand now, as one mail was written, and as a preview shows them."""

import hashlib
import html
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import translation

from notifications import categories, samples
from notifications.categories import Category
from notifications.mail.compose import InlineImage, Rendered
from notifications.mail.placeholders import escape_html, one_line, parse, refuse_unknown
from notifications.models.wording import MailText

_FOLDER = Path(settings.BASE_DIR) / "templates" / "notifications" / "mail"
_FALLBACK_LANGUAGE = "en"


def preview(
    *, category: str, language: str, now: datetime, values: Mapping[str, str] | None = None
) -> Rendered:
    """Return a mail as it would be sent at `now`, with the sample values where none are given.

    Raises UnknownCategory.
    """
    row = categories.category(category)
    with translation.override(language):
        known = sample_values(category, now=now)
    return render(_as_it_stands(row, language), row, {**known, **(values or {})})


def sample_values(category: str, *, now: datetime) -> dict[str, str]:
    """Return a value for every variable of a mail, in the active language; raises UnknownCategory."""
    known = samples.values(now)
    return {name: known[name] for name in sorted(categories.category(category).all_variables)}


def current_text(row: Category, *, language: str) -> MailText:
    """Return the row that keeps a mail's text as it stands now, English where the language has none."""
    text = _as_it_stands(row, language)
    known = MailText.objects.filter(digest=text.digest).first()
    if known is not None:
        return known
    content = {
        name: getattr(text, name) for name in ("folder", "language", "subject", "text", "html", "logo")
    }
    return MailText.objects.get_or_create(digest=text.digest, defaults=content)[0]


@lru_cache(maxsize=64)
def text_by_digest(digest: str) -> MailText:
    """Return a kept text; texts never change, so a process reads each once. Raises MailText.DoesNotExist."""
    return MailText.objects.get(digest=digest)


def render(text: MailText, row: Category, values: Mapping[str, str]) -> Rendered:
    """Return a text with the values in place, escaped as each part needs it; raises OutputTooLong."""
    names = row.all_variables
    return Rendered(
        subject=parse(text.subject, names).fill(values, escape=one_line),
        text=parse(text.text, names).fill(values),
        html=parse(text.html, names).fill(values, escape=escape_html),
        images=(InlineImage("logo", "logo.png", bytes(text.logo)),),
    )


@lru_cache(maxsize=32)
def _as_it_stands(row: Category, language: str) -> MailText:
    """Read a text from its three files; raises UnknownVariables when it names one its mail does not have."""
    short = language.partition("-")[0].lower()
    found = short if (_FOLDER / row.folder / short).is_dir() and short.isalpha() else _FALLBACK_LANGUAGE
    place = _FOLDER / row.folder / found
    subject = (place / "subject.txt").read_text(encoding="utf-8").strip()
    text = (place / "body.txt").read_text(encoding="utf-8")
    page = _framed((place / "body.html").read_text(encoding="utf-8"), language=found, title=subject)
    logo = (_FOLDER / "logo.png").read_bytes()
    for source in (subject, text, page):
        refuse_unknown(source, row.all_variables)
    return MailText(
        folder=row.folder,
        language=found,
        digest=_digest(
            row.folder.encode(), found.encode(), subject.encode(), text.encode(), page.encode(), logo
        ),
        subject=subject,
        text=text,
        html=page,
        logo=logo,
    )


def _framed(content: str, *, language: str, title: str) -> str:
    """Return the content inside the frame that all mails share."""
    frame = (_FOLDER / "layout.html").read_text(encoding="utf-8")
    for mark, part in (("language", language), ("title", html.escape(title)), ("content", content)):
        frame = frame.replace(f"$layout_{mark}$", part)
    return frame


def _digest(*parts: bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()
