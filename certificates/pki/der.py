"""Walks DER without decoding it: where an element ends, and which elements stand in another (X.690)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SEQUENCE: Final = 0x30


class DerBroken(Exception):
    """The bytes are not DER: an element has no definite length, or ends outside of what holds it."""


@dataclass(frozen=True)
class Element:
    """One element inside `data`: its tag, where it begins, where its content begins, and where it ends."""

    tag: int
    start: int
    content: int
    end: int


def element_at(data: bytes, start: int, limit: int) -> Element:
    """Read the header at `start`; raises DerBroken when the element does not end at or before `limit`."""
    if start + 2 > limit:
        raise DerBroken("truncated header")
    tag, first = data[start], data[start + 1]
    content, length = start + 2, first
    if first & 0x80:
        count = first & 0x7F
        if not 1 <= count <= 4 or content + count > limit:
            raise DerBroken("length that is not definite or too long")
        length = int.from_bytes(data[content : content + count], "big")
        content += count
    if content + length > limit:
        raise DerBroken("element that ends outside")
    return Element(tag, start, content, content + length)


def elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    """Yield the elements that stand one after another between two places; raises DerBroken."""
    while start < end:
        found = element_at(data, start, end)
        yield found
        start = found.end


def encoded(tag: int, *parts: bytes) -> bytes:
    """One element with a tag of one octet and the parts as its content."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


def split(data: bytes) -> Iterator[bytes]:
    """Yield the elements that were joined, each with its header; raises DerBroken."""
    for found in elements(data, 0, len(data)):
        yield data[found.start : found.end]
