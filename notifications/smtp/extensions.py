"""What a server says it can do in its answer to EHLO (RFC 5321 4.1.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifications.smtp.protocol import Reply


@dataclass(frozen=True)
class Extensions:
    """The service extensions of one EHLO answer; keywords in capitals, mechanisms in the server's order."""

    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mechanisms: tuple[str, ...] = ()

    def has(self, keyword: str) -> bool:
        """Whether the server offers the extension."""
        return keyword in self.keywords

    @property
    def max_message_bytes(self) -> int | None:
        """The largest message the server takes, None when it sets no limit (RFC 1870)."""
        words = self.keywords.get("SIZE", ())
        return int(words[0]) or None if words and words[0].isascii() and words[0].isdigit() else None


def parse_extensions(reply: Reply) -> Extensions:
    """Read the lines after the first; also the form `AUTH=LOGIN` that servers older than RFC 2554 use."""
    keywords: dict[str, tuple[str, ...]] = {}
    mechanisms: dict[str, None] = {}
    for line in reply.lines[1:]:
        words = line.upper().split()
        if not words:
            continue
        if words[0].startswith("AUTH="):
            words = ["AUTH", words[0].removeprefix("AUTH="), *words[1:]]
        if words[0] == "AUTH":
            mechanisms.update(dict.fromkeys(word for word in words[1:] if word))
        keywords[words[0]] = tuple(words[1:])
    return Extensions(keywords, tuple(mechanisms))
