"""What the objects of the audit are called in the reader's language; the rows keep the names in English."""

import re
from collections.abc import Callable
from typing import Any

_names: list[tuple[re.Pattern[str], Any, dict[str, Callable[[str], Any]]]] = []


def declare(pattern: str, name: Any, /, **parts: Callable[[str], Any]) -> None:
    """Say how the objects are called that match a regular expression as a whole.

    `name` is a lazy text with the named groups of the pattern in it; a function in `parts` turns the group of
    its name into what is shown.
    """
    _names.append((re.compile(pattern, re.DOTALL), name, parts))


def in_words(target: str) -> str:
    """Return what an object of the audit is called; one that nobody declared keeps its name."""
    for pattern, name, parts in _names:
        found = pattern.fullmatch(target)
        if found is not None:
            groups = found.groupdict()
            return str(name % {**groups, **{part: turn(groups[part]) for part, turn in parts.items()}})
    return target
