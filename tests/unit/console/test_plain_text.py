"""Names that show what they hold."""

import pytest
from django.core.exceptions import ValidationError

from console.plain_text import count_visible, escaped, refuse_hidden_characters


@pytest.mark.parametrize(
    "text",
    ["a\x00", "a\nb", "a\x85", "a\u202eb", "\u2066a", "a\u200bb", "\ufeffa", "\u2800", "\u3164", "a\u200d"],
)
def test_hidden_characters_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        refuse_hidden_characters(text)


@pytest.mark.parametrize("text", ["", "Zoë O'Neil", "王小明", "أحمد", "Иван", "می\u200cخواهم", "x-1"])
def test_names_of_every_script_are_taken(text: str) -> None:
    refuse_hidden_characters(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 王小明 می\u200cخواهم", "Zoë 王小明 می\u200cخواهم"),
        ("\x1b[2J\x9b", "\\x1b[2J\\x9b"),
        ("a\u202eb\r\n", "a\\u202eb\\r\n"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    assert escaped(text, keep="\n") == shown


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("lab, no owner", 11),
        ("\u200b" * 10, 0),
        (" \t\n", 0),
        ("e\u0301\ufe0f", 1),
        ("\u2800\u3164", 0),
        ("王小明", 3),
    ],
)
def test_what_is_seen_is_counted(text: str, count: int) -> None:
    assert count_visible(text) == count
