"""Reads one HTTP answer within its limits, whatever the server sends."""

from __future__ import annotations

import http.client
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from console.outbound_channel import CHUNK_BYTES, Channel, Deadline

READ_AHEAD: Final = 8 * 1024
IDENTITY: Final = frozenset({"", "identity"})


class NotHttp(Exception):
    """What came is no complete HTTP answer; the text says why."""


class TooLarge(Exception):
    """More came than is allowed: `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(str(limit))
        self.limit = limit


@dataclass(frozen=True)
class Answer:
    """Status, headers with names in lower case, and the body, which only a status of 2xx has here."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_answer(channel: Channel, deadline: Deadline, *, header_bytes: int, body_bytes: int) -> Answer:
    """Read status line, headers, and the body of a success that is not compressed.

    Raises NotHttp, TooLarge, and what the channel raises. The framing of chunks counts too, so that a server
    cannot send for ever without sending a body.
    """
    source = _Source(channel, deadline, header_bytes)
    response = http.client.HTTPResponse(cast("Any", source))
    try:
        response.begin()
        headers = _headers_of(response)
        if not 200 <= response.status < 300 or headers.get("content-encoding", "").lower() not in IDENTITY:
            return Answer(response.status, headers, b"")
        source.raw.allow(2 * body_bytes + CHUNK_BYTES)
        body = _body_of(response, body_bytes)
    except (http.client.HTTPException, ValueError, UnicodeError) as error:
        raise NotHttp(type(error).__name__) from error
    finally:
        response.close()
    return Answer(response.status, headers, body)


def _headers_of(response: http.client.HTTPResponse) -> dict[str, str]:
    """The headers; where one is repeated, the values are joined (RFC 9110 section 5.3)."""
    found: dict[str, str] = {}
    for name, value in response.getheaders():
        key, text = name.lower(), " ".join(value.split())
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _body_of(response: http.client.HTTPResponse, limit: int) -> bytes:
    expected = response.length
    if expected is not None and expected > limit:
        raise TooLarge(limit)
    parts: list[bytes] = []
    size = 0
    while part := response.read(CHUNK_BYTES):
        size += len(part)
        if size > limit:
            raise TooLarge(limit)
        parts.append(part)
    if expected is not None and size < expected:
        raise NotHttp("ended early")
    return b"".join(parts)


class _Source:
    """Stands where http.client expects a socket."""

    def __init__(self, channel: Channel, deadline: Deadline, header_bytes: int) -> None:
        self.raw = _Raw(channel, deadline, header_bytes)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.raw, READ_AHEAD)


class _Raw(io.RawIOBase):
    """The channel as a file that hands out no more than is allowed; what is read ahead does not count."""

    def __init__(self, channel: Channel, deadline: Deadline, allowed: int) -> None:
        super().__init__()
        self._allowed = allowed
        self._handed_out = 0
        self._channel = channel
        self._deadline = deadline
        self._held = b""

    def allow(self, more: int) -> None:
        """Allow so many more bytes."""
        self._allowed += more

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._handed_out > self._allowed:
            raise TooLarge(self._allowed)
        if not self._held:
            self._held = self._channel.receive(self._deadline)
        size = min(len(buffer), len(self._held))
        buffer[:size], self._held = self._held[:size], self._held[size:]
        self._handed_out += size
        return size
