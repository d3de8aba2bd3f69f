"""Cuts the extensions of a certificate apart, so that one that cannot be read spoils only itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from certificates.pki import der

EXTENSIONS_FIELD: Final = 0xA3
OBJECT_IDENTIFIER: Final = 0x06
BOOLEAN: Final = 0x01
OCTET_STRING: Final = 0x04
ARC_LENGTH: Final = 64

_ED25519: Final = bytes.fromhex("300506032b6570")
_BEFORE: Final = (
    bytes.fromhex("a003020102020101") + _ED25519 + bytes.fromhex("3000301e") + b"\x17\x0d260101000000Z" * 2
)
_NO_NAME: Final = bytes.fromhex("3000")
_KEY: Final = bytes.fromhex("302a") + _ED25519 + bytes.fromhex("032100") + bytes(32)
_SIGNATURE: Final = _ED25519 + bytes.fromhex("034100") + bytes(64)


@dataclass(frozen=True)
class RawExtension:
    """One extension as its bytes: object identifier, criticality, value, and the whole element in DER."""

    oid: str
    is_critical: bool
    value: bytes
    whole: bytes


def split_extensions(certificate: bytes, *, most: int) -> tuple[list[RawExtension], int]:
    """Return the first extensions of a DER certificate, and how many more there are; raises DerBroken."""
    outer = der.element_at(certificate, 0, len(certificate))
    inner = der.element_at(certificate, outer.content, outer.end)
    for field in der.elements(certificate, inner.content, inner.end):
        if field.tag == EXTENSIONS_FIELD:
            held = der.element_at(certificate, field.content, field.end)
            found = der.elements(certificate, held.content, held.end)
            first = [_raw(certificate, element) for element in islice(found, most)]
            return first, sum(1 for _ in found)
    return [], 0


def alone(extension: RawExtension) -> bytes:
    """Return a certificate in DER that holds nothing of interest but this extension."""
    extensions = der.encoded(EXTENSIONS_FIELD, der.encoded(der.SEQUENCE, extension.whole))
    return der.encoded(
        der.SEQUENCE, der.encoded(der.SEQUENCE, _BEFORE + _NO_NAME + _KEY + extensions) + _SIGNATURE
    )


def with_subject(name: bytes) -> bytes:
    """Return a certificate in DER that holds nothing of interest but this distinguished name."""
    return der.encoded(der.SEQUENCE, der.encoded(der.SEQUENCE, _BEFORE + name + _KEY) + _SIGNATURE)


def _raw(data: bytes, element: der.Element) -> RawExtension:
    oid, is_critical, value = "", False, b""
    for part in der.elements(data, element.content, element.end):
        content = data[part.content : part.end]
        if part.tag == OBJECT_IDENTIFIER:
            oid = _dotted(content)
        elif part.tag == BOOLEAN:
            is_critical = any(content)
        elif part.tag == OCTET_STRING:
            value = content
    return RawExtension(oid, is_critical, value, data[element.start : element.end])


def _dotted(content: bytes) -> str:
    """An object identifier in dotted form (X.690 section 8.19); one of absurd length in hexadecimal."""
    if not content or len(content) > ARC_LENGTH:
        return content[:ARC_LENGTH].hex()
    first, *others = _arcs(content)
    head = min(first // 40, 2)
    return ".".join(str(arc) for arc in (head, first - 40 * head, *others))


def _arcs(content: bytes) -> Iterator[int]:
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            yield arc
            arc = 0
    if arc or content[-1] & 0x80:
        yield arc
