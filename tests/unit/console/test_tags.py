"""The template tags of the frame."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from console.menu import Item
from console.templatetags import console


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    moment = datetime(2026, 11, 24, 9, 14, 7, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    return moment


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=30), "in a moment"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=-59), "59 minutes ago"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(hours=47), "in 47 hours"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=8, hours=13), "in 8 days"),
        (timedelta(days=-89), "89 days ago"),
        (timedelta(days=90), "in 2 months"),
        (timedelta(days=-365), "12 months ago"),
        (timedelta(days=729), "in 23 months"),
        (timedelta(days=731), "in 2 years"),
        (timedelta(days=-1700), "4 years ago"),
    ],
)
def test_a_distance_in_time_is_told_in_its_largest_unit(
    clock: datetime, distance: timedelta, words: str
) -> None:
    assert console.relative(clock + distance) == words


def test_no_date_has_no_distance() -> None:
    assert console.relative(None) == ""
    assert console.moment(None) == ""
    assert console.day(None) == ""


def test_a_moment_is_shown_with_seconds_and_zone(clock: datetime) -> None:
    assert console.moment(clock) == (
        '<time class="im-num" datetime="2026-11-24T09:14:07+00:00">24 Nov 2026 09:14:07 UTC</time>'
    )


def test_a_day_keeps_the_whole_moment_in_its_title(clock: datetime) -> None:
    assert 'title="24 Nov 2026 09:14:07 UTC">24 Nov 2026</time>' in console.day(clock)


@pytest.mark.parametrize(
    ("before", "after", "width"), [(100, 300, 25), (100, -50, 100), (-10, 20, 0), (0, 0, 100)]
)
def test_a_lifetime_bar_shows_what_is_spent(clock: datetime, before: int, after: int, width: int) -> None:
    bar = console.lifetime(clock - timedelta(days=before), clock + timedelta(days=after), "warn")
    assert f'class="im-life__spent" width="{width}"' in bar
    assert "im-life--warn" in bar


def test_an_icon_is_hidden_from_screen_readers_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in console.icon("mail")
    assert 'role="img" aria-label="A &amp; B"' in console.icon("mail", "A & B")
    assert "icons.svg#mail" in console.icon("mail")
    assert console.icon("") == ""


def test_a_header_asks_for_the_other_direction_of_its_own_column() -> None:
    assert console.sort_state("name", "name") == console.SortState(True, "ascending", "-name")
    assert console.sort_state("name", "-name") == console.SortState(True, "descending", "name")
    assert console.sort_state("name", "expires") == console.SortState(False, "none", "name")


def test_a_search_form_keeps_the_filters_beside_it() -> None:
    request = RequestFactory().get("/?q=old&page=3&status=expired&status=%22%3E")
    fields = console.query_fields(Context({"request": request}), "q", "page")
    assert fields == (
        '<input type="hidden" name="status" value="expired">'
        '<input type="hidden" name="status" value="&quot;&gt;">'
    )
    assert isinstance(request.GET, QueryDict)


def test_the_current_entry_is_told_from_what_lies_above_it() -> None:
    context = Context({"request": SimpleNamespace(path="/here/")})
    assert console.current(context, Item("A", "/here/", "", True)) == ' aria-current="page"'
    assert console.current(context, Item("A", "/above/", "", True)) == ' aria-current="true"'
    assert console.current(context, Item("A", "/other/", "", False)) == ""


def test_a_side_menu_of_one_page_is_left_out() -> None:
    page = Item("A", "/a/", "", False)
    assert not console.has_choice(())
    assert not console.has_choice(None)
    assert not console.has_choice((page,))
    assert not console.has_choice((Item("Heading", "/a/", "", False, (page,)),))
    assert console.has_choice((Item("Heading", "/a/", "", False, (page, page)),))
    assert console.has_choice((page, page))


@pytest.mark.parametrize(
    ("first", "last", "name", "letters"),
    [("Ada", "Byron", "Ada Byron", "AB"), ("", "Byron", "Byron", "B"), ("", "", "ada", "A")],
)
def test_a_person_without_a_name_is_called_by_the_user_name(
    first: str, last: str, name: str, letters: str
) -> None:
    person = SimpleNamespace(first_name=first, last_name=last, username="ada")
    assert console.display_name(person) == name
    assert console.initials(person) == letters


def test_a_block_is_also_had_as_plain_text() -> None:
    page = Template(
        "{% extends parent %}{% block title %} <bdi>A &amp; B</bdi>\n &lt;i&gt;{{ name }}{% endblock %}"
    )
    parent = Template(
        '{% load console %}<title>{% block_text "title" %}|{% block_text "none" %}</title>'
        "<h1>{% block title %}{% endblock %}</h1>"
    )
    shown = page.render(Context({"parent": parent, "name": "<x>"}))
    assert "<title>A &amp; B &lt;i&gt;&lt;x&gt;|</title>" in shown
    assert "<h1> <bdi>A &amp; B</bdi>\n &lt;i&gt;&lt;x&gt;</h1>" in shown


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        ("", "–"),
        ([], "–"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (587, "587"),
        (["a", True], "a, yes"),
        ({"b": 1, "a": None}, "a: –, b: 1"),
    ],
)
def test_a_value_of_an_audit_row_is_shown_in_words(value: object, words: str) -> None:
    assert console.plain(value) == words


def test_french_is_asked_for_in_the_readers_language(clock: datetime) -> None:
    with translation.override("fr"):
        assert console.day(clock).endswith("24 nov. 2026</time>")
