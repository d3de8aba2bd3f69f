"""The grammar of SMTP without a socket: replies come in as bytes, commands go out as bytes (RFC 5321 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from notifications.smtp.errors import Code
from notifications.smtp.transcript import decoded, shortened

# RFC 5321 4.5.3.1.5 allows 512 octets a line; real servers exceed it, none needs more than this.
MAX_LINE_BYTES = 4 * 1024
MAX_REPLY_BYTES = 64 * 1024
MAX_REPLY_LINES = 128
MAX_QUOTED = 200
TLS_ALERT_RECORD, TLS_HANDSHAKE_RECORD = 0x15, 0x16


class ProtocolViolation(Exception):
    """The other side does not speak SMTP; `code` says how, `text` quotes it."""

    def __init__(self, code: Code, text: str = "") -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Reply:
    """A complete answer: three digits and the text of each line, printable."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The answer in one line, digits first."""
        return shortened(f"{self.code} {' '.join(line for line in self.lines if line)}".strip(), MAX_QUOTED)

    @property
    def wire_lines(self) -> tuple[str, ...]:
        """The lines as they came over the wire."""
        last = len(self.lines) - 1
        return tuple(
            f"{self.code}{' ' if i == last else '-'}{line}".rstrip() for i, line in enumerate(self.lines)
        )

    @property
    def is_success(self) -> bool:
        """2yz."""
        return 200 <= self.code < 300

    @property
    def is_temporary(self) -> bool:
        """4yz."""
        return 400 <= self.code < 500

    @property
    def is_farewell(self) -> bool:
        """421: the server is about to close the connection."""
        return self.code == 421


class ReplyReader:
    """Cuts the bytes of a server into replies and refuses what is not SMTP, before it can grow."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._code: int | None = None
        self._lines: list[str] = []
        self._size = 0

    @property
    def has_leftovers(self) -> bool:
        """Whether bytes came that belong to no complete reply taken so far."""
        return bool(self._buffer or self._lines)

    @property
    def leftovers(self) -> str:
        """The beginning of those bytes, printable."""
        return shortened(decoded(bytes(self._buffer[: MAX_QUOTED * 4])), MAX_QUOTED)

    def feed(self, data: bytes) -> None:
        """Take bytes of the server."""
        self._buffer += data

    def next_reply(self) -> Reply | None:
        """Return the next complete reply, None when more bytes are needed; raises ProtocolViolation."""
        while (end := self._buffer.find(b"\n")) >= 0:
            if end > MAX_LINE_BYTES:
                break
            line = bytes(self._buffer[:end]).removesuffix(b"\r")
            del self._buffer[: end + 1]
            self._size += end + 1
            if self._take(line):
                reply = Reply(self._code or 0, tuple(self._lines))
                self._code, self._lines, self._size = None, [], 0
                return reply
        self._refuse_garbage_early()
        return None

    def _take(self, line: bytes) -> bool:
        code, is_last = _split_code(line)
        if self._code is not None and code != self._code:
            raise ProtocolViolation(Code.REPLY_CODES_MIXED, _quoted(line))
        self._code = code
        self._lines.append(decoded(line[4:]))
        if len(self._lines) > MAX_REPLY_LINES or self._size > MAX_REPLY_BYTES:
            raise ProtocolViolation(Code.REPLY_TOO_LARGE, _quoted(line))
        return is_last

    def _refuse_garbage_early(self) -> None:
        if len(self._buffer) > MAX_LINE_BYTES:
            raise ProtocolViolation(Code.REPLY_LINE_TOO_LONG, _quoted(bytes(self._buffer)))
        if self._buffer and self._buffer[0] in (TLS_ALERT_RECORD, TLS_HANDSHAKE_RECORD):
            raise ProtocolViolation(Code.TLS_ON_PLAIN_PORT, _quoted(bytes(self._buffer)))


def command(*words: str) -> bytes:
    """Return one command line; raises ValueError when a word could end the line or is not ASCII text.

    Words beyond ASCII pass only inside UTF-8 addresses (RFC 6531), which are checked by their caller.
    """
    line = " ".join(words)
    if any(char in "\r\n\0" for char in line):
        raise ValueError("a command must be one line")
    return line.encode("utf-8") + b"\r\n"


def _split_code(line: bytes) -> tuple[int, bool]:
    digits, separator = line[:3], line[3:4]
    if (
        len(digits) < 3
        or not digits.isdigit()
        or digits[0] not in b"2345"
        or separator not in (b" ", b"-", b"")
    ):
        if line[:1] and line[0] in (TLS_ALERT_RECORD, TLS_HANDSHAKE_RECORD):
            raise ProtocolViolation(Code.TLS_ON_PLAIN_PORT, _quoted(line))
        raise ProtocolViolation(Code.NOT_SMTP, _quoted(line))
    return int(digits), separator != b"-"


def _quoted(raw: bytes) -> str:
    return shortened(decoded(raw[: MAX_QUOTED * 4]), MAX_QUOTED)
