"""A message as it goes over the wire after DATA: lines that cannot be read in two ways, dots doubled."""

from __future__ import annotations

MAX_LINE_BYTES = 998


class MessageMalformed(Exception):
    """The message must not be sent; `detail` says why in a word."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def framed(message: bytes) -> bytes:
    """Return the message with its dots doubled and the final dot (RFC 5321 4.5.2).

    Raises MessageMalformed for a CR or LF that stands alone, a NUL or a line above 998 bytes (RFC 5322
    2.1.1): what one server reads as a line another may not, and could be led to see two mails.
    """
    if b"\0" in message:
        raise MessageMalformed("NUL")
    lines = message.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise MessageMalformed("CR or LF alone")
    if any(len(line) > MAX_LINE_BYTES for line in lines):
        raise MessageMalformed("line too long")
    if lines[-1] == b"":
        lines.pop()
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def has_eight_bit(message: bytes) -> bool:
    """Whether the message holds bytes beyond ASCII and so needs 8BITMIME (RFC 6152)."""
    return not message.isascii()
