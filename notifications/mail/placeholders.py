"""Variables in the text of a mail: `$ui_user_name$`, replaced in one pass, without a template language."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_VARIABLE = re.compile(r"\$([a-z][a-z0-9_]{0,39})\$")
MAX_VALUE_CHARACTERS = 2_000
MAX_OUTPUT_CHARACTERS = 256 * 1024
# Embeddings, overrides and isolates reorder the text around them (Unicode UAX 9) and could disguise it.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class UnknownVariables(Exception):
    """A text names variables that its mail does not have; `names` lists them in their order."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(f"${name}$" for name in names))
        self.names = names


class OutputTooLong(Exception):
    """A filled text has more than MAX_OUTPUT_CHARACTERS characters."""


@dataclass(frozen=True)
class Text:
    """A text cut at its variables: one more literal than there are names."""

    literals: tuple[str, ...]
    names: tuple[str, ...]

    def fill(self, values: Mapping[str, str], *, escape: Callable[[str], str] = str) -> str:
        """Return the text with each variable replaced by its escaped value, "" where it has none.

        A value that itself looks like a variable stays as it is. Raises OutputTooLong.
        """
        parts = [self.literals[0]]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            parts.append(escape(clean_value(values.get(name, ""))))
            parts.append(literal)
        filled = "".join(parts)
        if len(filled) > MAX_OUTPUT_CHARACTERS:
            raise OutputTooLong
        return filled


@lru_cache(maxsize=256)
def parse(source: str, allowed: frozenset[str]) -> Text:
    """Cut a text at the variables it may use; every other `$name$` stays literal."""
    literals, names, start = [], [], 0
    for match in _VARIABLE.finditer(source):
        if match[1] in allowed:
            literals.append(source[start : match.start()])
            names.append(match[1])
            start = match.end()
    literals.append(source[start:])
    return Text(tuple(literals), tuple(names))


def refuse_unknown(source: str, allowed: Iterable[str]) -> None:
    """Raise UnknownVariables when a text names a variable that its mail does not have."""
    known = frozenset(allowed)
    unknown = tuple(dict.fromkeys(name for name in _VARIABLE.findall(source) if name not in known))
    if unknown:
        raise UnknownVariables(unknown)


def clean_value(value: str) -> str:
    """Return a value without control and reordering characters, lines ended by LF, cut to the limit."""
    text = value[:MAX_VALUE_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or not _is_unwanted(char))


def escape_html(value: str) -> str:
    """Return a value for the HTML part: markup escaped, line ends kept visible."""
    return html.escape(value).replace("\n", "<br>\n")


def one_line(value: str) -> str:
    """Return a value for a header: every run of white space is one space."""
    return " ".join(value.split())


def _is_unwanted(char: str) -> bool:
    return char in _REORDERING or unicodedata.category(char) in {"Cc", "Cs"}
