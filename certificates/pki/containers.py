"""Tells containers and private keys by their first bytes, and takes certificates out of PKCS#7."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key, pkcs7

from certificates.pki import der
from certificates.pki.field_reader import UNREADABLE

MAX_LOOSE_BYTES: Final = 1024 * 1024
"""Containers that are not DER are read by the library, which takes many times their size of memory."""

_IN_BER: Final = r"PKCS#7 certificates could not be parsed as DER, falling back to parsing as BER\."
_PKCS7: Final = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
_SIGNED_DATA: Final = _PKCS7 + b"\x02"
_CERTIFICATES: Final = 0xA0
_KEY_STARTS: Final = (b"\x02\x01\x00", b"\x02\x01\x01\x04", b"\x02\x01\x01\x30")
"""Version 0 or 1 of PKCS#1, SEC 1 and PKCS#8 (RFC 8017 A.1.2, RFC 5915 section 3, RFC 5958 section 2)."""
_SEALED_KEY_STARTS: Final = (
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05",
    b"\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01",
)
"""Encryption of PKCS#5 or PKCS#12 first: an encrypted private key (RFC 5958 section 3)."""
_KEY_INSIDE: Final = re.compile(
    rb"\x02\x01(?:\x00[\x02\x30]|\x01[\x04\x30])"
    rb"(?:(?<=\x30[\x20-\x7f].{4})|(?<=\x30\x81.{5})|(?<=\x30\x82.{6})|(?<=\x30\x83.{7}))|"
    + b"|".join(map(re.escape, _SEALED_KEY_STARTS)),
    re.DOTALL,
)
"""A version of `_KEY_STARTS` behind the header of a sequence that can hold a key, or an encryption."""
_END_OF_CONTENTS: Final = b"\x00\x00"


class ContainerUnusable(Exception):
    """No certificate can be taken out; the text says why."""


def is_pkcs12(data: bytes) -> bool:
    """PFX: a sequence that begins with version 3 and a content info (RFC 7292 section 4)."""
    return _content(data).startswith(b"\x02\x01\x03\x30")


def is_pkcs7(data: bytes) -> bool:
    """Content info of a PKCS#7 type: 1.2.840.113549.1.7.x (RFC 2315 section 14)."""
    return _content(data).startswith(_PKCS7)


def begins_as_key(data: bytes) -> bool:
    """The first bytes of a private key, open or encrypted, whatever follows them."""
    content = _content(data)
    if data[:1] != b"\x30":
        return False
    is_sealed = content[:1] == b"\x30" and _content(content).startswith(_SEALED_KEY_STARTS)
    return is_sealed or content.startswith(_KEY_STARTS)


def key_inside(text: bytes) -> int | None:
    """Where the bytes of a private key begin that stand in the middle of a text, or None.

    These bytes are no characters, so that no part of a block in base64 looks like them.
    """
    found = _KEY_INSIDE.search(text)
    return None if found is None else found.start()


def rest_of(data: bytes) -> bytes:
    """What stands behind the outermost element, which is where a certificate or a container ends.

    For a length that is not definite, all of it when the last bytes are not the mark of its end.
    """
    try:
        return data[der.element_at(data, 0, len(data)).end :]
    except der.DerBroken:
        is_open = data.startswith(b"\x30\x80") and not data.endswith(_END_OF_CONTENTS)
        return data if is_open else b""


def is_private_key(data: bytes) -> bool:
    """A private key in any form that the library knows."""
    try:
        load_der_private_key(data, password=None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        return True
    except UNREADABLE:
        return False
    return True


def certificates_of(data: bytes) -> Iterator[bytes]:
    """Yield the certificates of PKCS#7 signed data, each as it stands there; raises ContainerUnusable.

    They are cut out one by one, so that a broken one spoils only itself (RFC 2315 section 9.1).
    """
    try:
        place = _certificates_place(data)
    except der.DerBroken:
        yield from _by_library(data)
        return
    try:
        for found in der.elements(data, place.content, place.end):
            yield data[found.start : found.end]
    except der.DerBroken as error:
        raise ContainerUnusable(str(error)) from error


def _certificates_place(data: bytes) -> der.Element:
    """The implicitly tagged set of certificates; raises DerBroken when this is not signed data in DER."""
    outer = der.element_at(data, 0, len(data))
    kind, explicit = _first_two(data, outer)
    if not data.startswith(_SIGNED_DATA, kind.start):
        raise der.DerBroken("not signed data")
    signed = der.element_at(data, explicit.content, explicit.end)
    for found in der.elements(data, signed.content, signed.end):
        if found.tag == _CERTIFICATES:
            return found
    raise der.DerBroken("no certificates")


def _first_two(data: bytes, outer: der.Element) -> tuple[der.Element, der.Element]:
    first = der.element_at(data, outer.content, outer.end)
    return first, der.element_at(data, first.end, outer.end)


def _by_library(data: bytes) -> Iterator[bytes]:
    if len(data) > MAX_LOOSE_BYTES:
        raise ContainerUnusable("not in DER")
    try:
        with warnings.catch_warnings():
            # BER is what this branch is for (RFC 2315 section 9), so nobody needs to be warned of it.
            warnings.filterwarnings("ignore", _IN_BER, UserWarning)
            certificates = pkcs7.load_der_pkcs7_certificates(data)
    except UNREADABLE as error:
        raise ContainerUnusable(str(error)) from error
    for certificate in certificates:
        yield certificate.public_bytes(Encoding.DER)


def _content(data: bytes) -> bytes:
    """The first bytes behind the header of the outermost element."""
    if len(data) < 2:
        return b""
    start = 2 + (data[1] & 0x7F) if data[1] & 0x80 else 2
    return data[start : start + 64]
