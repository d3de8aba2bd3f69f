"""Template tags of the frame: icons, dates, links that keep the query, and blocks used twice."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from console import audit_objects, moments
from console.menu import Item

register = template.Library()

SPRITE = "vendor/tabler/icons.svg"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True)
class SortState:
    """How one column stands to the list's order, and the `sort` value its header link asks for."""

    is_current: bool
    direction: str
    next: str


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return an icon of the sprite; one without a label is hidden from screen readers."""
    if not name:
        return SafeString("")
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="im-icon im-icon--{0}" {1} focusable="false"><use href="{2}#{0}"></use></svg>',
        name,
        voice,
        static(SPRITE),
    )


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> str:
    """Return what a block of the page shows, as plain text in one line, or "" without such a block."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    if block is None:
        return ""
    return " ".join(html.unescape(strip_tags(block.render(context))).split())


@register.simple_tag(takes_context=True)
def current(context: Context, item: Item) -> SafeString:
    """Return a menu entry's aria-current: `page` on the page itself, `true` on what lies above it."""
    if not item.is_current:
        return SafeString("")
    path = getattr(context.get("request"), "path", "")
    return format_html(' aria-current="{}"', "page" if item.url == path else "true")


@register.filter
def has_choice(entries: Iterable[Item] | None) -> bool:
    """Say whether a side menu leads to more than one page; a menu of one page is left out."""
    return sum(len(entry.items) or 1 for entry in entries or ()) > 1


@register.simple_tag
def sort_state(key: str, sort: str) -> SortState:
    """Return the state of the column `key` in a list ordered by `sort`, where "-name" means descending."""
    if sort == key:
        return SortState(True, "ascending", f"-{key}")
    if sort == f"-{key}":
        return SortState(True, "descending", key)
    return SortState(False, "none", key)


@register.simple_tag(takes_context=True)
def query_fields(context: Context, *without: str) -> SafeString:
    """Return the request's query as hidden fields, so that a search form keeps the filters beside it."""
    query: QueryDict = context["request"].GET
    kept = ((name, value) for name, values in query.lists() if name not in without for value in values)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)


@register.filter
def relative(when: datetime | None) -> str:
    """Return how far off a moment is in its largest whole unit: "in 8 days", "4 years ago"."""
    if when is None:
        return ""
    seconds = int((when - timezone.now()).total_seconds())
    amount, unit = _largest_unit(abs(seconds))
    if unit == "now":
        return gettext("just now") if seconds <= 0 else gettext("in a moment")
    return _ahead(amount, unit) if seconds > 0 else _ago(amount, unit)


@register.filter
def moment(when: datetime | None) -> SafeString:
    """Return a <time> with date, time to the second and zone, as the reader's language writes it."""
    if when is None:
        return SafeString("")
    local = timezone.localtime(when)
    return format_html(
        '<time class="im-num" datetime="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        moments.brief(when),
    )


@register.filter
def day(when: datetime | None) -> SafeString:
    """Return a <time> that shows the date alone; its title has the whole moment."""
    if when is None:
        return SafeString("")
    local = timezone.localtime(when)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        moments.brief(when),
        moments.brief_date(when),
    )


@register.filter
def in_full(when: datetime | None) -> SafeString:
    """Return a <time> with date, time to the minute and zone, as the portals write it."""
    if when is None:
        return SafeString("")
    stamp = timezone.localtime(when).isoformat(timespec="minutes")
    return format_html('<time datetime="{}">{}</time>', stamp, moments.in_full(when))


@register.simple_tag
def lifetime(start: datetime, end: datetime, tone: str = "ok", size: str = "") -> SafeString:
    """Return a bar that shows how much of a time is spent; `tone` is ok, info, warn, bad or off."""
    whole = (end - start).total_seconds()
    spent = (timezone.now() - start).total_seconds() / whole if whole > 0 else 1
    return format_html(
        '<svg class="im-life im-life--{}{}" viewBox="0 0 100 4" preserveAspectRatio="none"'
        ' aria-hidden="true" focusable="false">'
        '<rect width="100" height="4"/><rect class="im-life__spent" width="{}" height="4"/></svg>',
        tone,
        " im-life--tall" if size == "tall" else "",
        round(min(max(spent, 0), 1) * 100),
    )


@register.filter
def plain(value: Any) -> str:
    """Return a value of an audit row in words: yes and no, a list with commas, a dash for nothing."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(plain(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {plain(item)}" for name, item in sorted(value.items()))
    return str(value)


@register.filter
def object_name(target: str) -> str:
    """Return what an object of the audit is called in the reader's language."""
    return audit_objects.in_words(target)


@register.filter
def display_name(user: Any) -> str:
    """Return a person's first and last name, or the user name when neither is known."""
    names = (getattr(user, "first_name", ""), getattr(user, "last_name", ""))
    return " ".join(name for name in names if name) or str(getattr(user, "username", ""))


@register.filter
def initials(user: Any) -> str:
    """Return one or two capital letters that stand for a person."""
    words: Iterable[str] = display_name(user).split()[:2]
    return "".join(word[0] for word in words).upper() or "?"


def _largest_unit(seconds: int) -> tuple[int, str]:
    if seconds < _MINUTE:
        return 0, "now"
    if seconds < _HOUR:
        return seconds // _MINUTE, "minute"
    if seconds < 2 * _DAY:
        return seconds // _HOUR, "hour"
    days = seconds // _DAY
    if days < 90:
        return days, "day"
    if days < 730:
        return days * 12 // 365, "month"
    return days * 4 // 1461, "year"


def _ahead(amount: int, unit: str) -> str:
    phrases = {
        "minute": ngettext("in %(n)d minute", "in %(n)d minutes", amount),
        "hour": ngettext("in %(n)d hour", "in %(n)d hours", amount),
        "day": ngettext("in %(n)d day", "in %(n)d days", amount),
        "month": ngettext("in %(n)d month", "in %(n)d months", amount),
        "year": ngettext("in %(n)d year", "in %(n)d years", amount),
    }
    return phrases[unit] % {"n": amount}


def _ago(amount: int, unit: str) -> str:
    phrases = {
        "minute": ngettext("%(n)d minute ago", "%(n)d minutes ago", amount),
        "hour": ngettext("%(n)d hour ago", "%(n)d hours ago", amount),
        "day": ngettext("%(n)d day ago", "%(n)d days ago", amount),
        "month": ngettext("%(n)d month ago", "%(n)d months ago", amount),
        "year": ngettext("%(n)d year ago", "%(n)d years ago", amount),
    }
    return phrases[unit] % {"n": amount}
