"""What was said, fit to be shown: printable, and without the secrets of the sign-in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum

STRUCK_OUT = "********"
_SHORTEST_SECRET = 4
_LONGEST_LINE = 1000


class Speaker(StrEnum):
    """Who said a line; NOTE is a remark of this side that never went over the wire."""

    CLIENT = "C"
    SERVER = "S"
    NOTE = "*"


@dataclass(frozen=True)
class Line:
    """One line of a transcript."""

    speaker: Speaker
    text: str

    def __str__(self) -> str:
        return f"{self.speaker}: {self.text}"


def printable(text: str) -> str:
    """Return `text` with everything that is not a visible character or a space written as an escape.

    Control characters, bidirectional overrides, zero-width and unassigned characters could change what a
    terminal, a page or a log shows.
    """
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def decoded(raw: bytes) -> str:
    """Return bytes of the other side as printable text; what is not UTF-8 is shown as \\xNN."""
    return printable(raw.decode("utf-8", "backslashreplace"))


def shortened(text: str, limit: int = _LONGEST_LINE) -> str:
    """Return at most `limit` characters of `text`, the last one a mark where it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


class Redactor:
    """Strikes the secrets of one sign-in out of text, in clear and in base64, whoever said it."""

    def __init__(self, user: str, password: str) -> None:
        secrets = {password} if len(password) >= _SHORTEST_SECRET else set()
        if password:
            secrets |= {
                _base64(password),
                _base64(f"\0{user}\0{password}"),
                _base64(f"{user}\0{user}\0{password}"),
            }
        self._secrets = sorted((printable(secret) for secret in secrets), key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return `text` without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, STRUCK_OUT)
        return text


def _escape(char: str) -> str:
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")
