"""Splits text into PEM blocks in one pass, telling broken blocks from whole ones (RFC 7468, RFC 1421)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_MARKER: Final = re.compile(rb"-----(BEGIN|END) ([A-Z0-9][A-Z0-9 .#]{0,60})-----")
_KEY_MARKER: Final = re.compile(rb"-[ \t]{0,8}BEGIN[A-Z0-9 \t.#]{1,70}?PRIVATE[ \t]{1,8}KEY", re.IGNORECASE)
"""The beginning of a private key, also as RFC 7468 does not have it; each part has a limit."""
_BASE64_TEXT: Final = re.compile(rb"[A-Za-z0-9+/=\s]+")
_WHITESPACE: Final = b" \t\r\n\v\f"
_HEADER_BYTES: Final = 4096
"""Headers stand in the first bytes of a block; a colon further on is damage."""


@dataclass(frozen=True)
class Block:
    """One block with its place in the file, counted from 1; `body` is None when it is damaged."""

    number: int
    label: str
    body: bytes | None = field(repr=False)
    detail: str = ""

    @property
    def is_private_key(self) -> bool:
        """Whether the block holds a private key of any kind, also a damaged one."""
        return self.label.endswith("PRIVATE KEY")


def has_blocks(data: bytes) -> bool:
    """Whether the bytes are text with at least one block beginning."""
    return b"-----BEGIN " in data


def count(data: bytes) -> int:
    """How many blocks begin in the text."""
    return data.count(b"-----BEGIN ")


def split(data: bytes) -> Iterator[Block]:
    """Yield every block in order; what stands between blocks is ignored, but for the first end of a key."""
    number, is_end_told = 0, False
    begun: re.Match[bytes] | None = None
    for marker in _MARKER.finditer(data):
        if marker[1] == b"BEGIN":
            if begun is not None:
                yield _damaged(number, begun, "no END line")
            number += 1
            begun = marker
        elif begun is not None:
            if marker[2] == begun[2]:
                yield _decoded(number, begun, data[begun.end() : marker.start()])
            else:
                yield _damaged(number, begun, "BEGIN and END lines differ")
            begun = None
        elif not is_end_told and _label(marker).endswith("PRIVATE KEY"):
            is_end_told = True
            yield _damaged(number + 1, marker, "no BEGIN line")
    if begun is not None:
        yield _damaged(number, begun, "no END line")


def odd_key(data: bytes) -> int | None:
    """The number of the first block that begins like a private key but not as it should, or None.

    Other dashes, other spaces, other letter case: `split` takes such a block for text between blocks.
    """
    for marker in _KEY_MARKER.finditer(data):
        if _MARKER.match(data, max(marker.start() - 4, 0)) is None:
            return number_at(data, marker.start())
    return None


def number_at(data: bytes, place: int) -> int:
    """The number of a block that would begin at a place."""
    return data.count(b"-----BEGIN ", 0, place) + 1


def decode_bare(data: bytes) -> bytes | None:
    """Return what bare base64 text stands for, or None when the bytes are not base64 text."""
    if not data.strip() or _BASE64_TEXT.fullmatch(data) is None:
        return None
    try:
        return _decode(data)
    except binascii.Error:
        return None


def encode(der: bytes) -> str:
    """One certificate as PEM text with lines of 64 characters."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def _label(marker: re.Match[bytes]) -> str:
    return marker[2].decode("ascii")


def _damaged(number: int, begun: re.Match[bytes], detail: str) -> Block:
    return Block(number, _label(begun), None, detail)


def _decoded(number: int, begun: re.Match[bytes], text: bytes) -> Block:
    try:
        return Block(number, _label(begun), _decode(_without_headers(text)))
    except binascii.Error as error:
        return _damaged(number, begun, str(error))


def _without_headers(text: bytes) -> bytes:
    """Drop RFC 1421 header lines, which end at the first empty line."""
    if b":" not in text[:_HEADER_BYTES]:
        return text
    head = text[:_HEADER_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip()
    lines = head.split(b"\n")
    blanks = [place for place, line in enumerate(lines) if not line.strip()]
    kept = lines[blanks[0] :] if blanks else [line for line in lines if b":" not in line]
    return b"\n".join(kept) + text[_HEADER_BYTES:]


def _decode(text: bytes) -> bytes:
    return base64.b64decode(text.translate(None, _WHITESPACE), validate=True)
