"""Hands out many certificates at once: one PEM file, or a ZIP with one PEM file for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from certificates.listing.selection import PORTION, Selection
from certificates.listing.zipped import PIECE, archive
from certificates.pki import pem

_FIT_FOR_FILES: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-#() ]{0,98}[A-Za-z0-9_\-#()]|[A-Za-z0-9_]")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.\-#() ]+")
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for itself."""


class Form(StrEnum):
    """How the certificates are handed out."""

    PEM = "pem"
    ZIP = "zip"


class Export(NamedTuple):
    """A file that is made while it is sent."""

    name: str
    content_type: str
    pieces: Iterator[bytes]


class _Certificate(NamedTuple):
    key: int
    friendly_name: str
    sha256: str
    der: bytes


def export(selection: Selection, form: Form, *, now: datetime) -> Export:
    """Return the selected certificates as a file, the oldest import first; memory does not grow with them."""
    found = _certificates(selection, now)
    stem = f"trusted-certificates-{now:%Y%m%d-%H%M%S}"
    if form == Form.ZIP:
        files = ((file_name(one.friendly_name, one.sha256), pem.encode(one.der).encode()) for one in found)
        return Export(f"{stem}.zip", "application/zip", _gathered(archive(files, now=now)))
    blocks = (pem.encode(one.der).encode() for one in found)
    return Export(f"{stem}.pem", "application/x-pem-file", _gathered(blocks))


def file_name(friendly_name: str, sha256: str) -> str:
    """Return a file name that is safe on every system and that no other certificate gets.

    Friendly names differ by more than the case of their letters; where one cannot stand as it is, the
    beginning of the fingerprint follows after a tilde, which no other name has.
    """
    if _FIT_FOR_FILES.fullmatch(friendly_name) and not _DEVICES.fullmatch(friendly_name):
        return f"{friendly_name}.pem"
    stem = _UNFIT.sub("_", friendly_name).strip(". ")[:80].strip(". ") or "certificate"
    return f"{stem}~{sha256[:16]}.pem"


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join small pieces, since each one that is sent costs a system call."""
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _certificates(selection: Selection, now: datetime) -> Iterator[_Certificate]:
    """Read in portions by key, so that no statement stays open while a slow reader takes the file."""
    rows = selection.rows(now=now).order_by("pk").values_list("pk", "friendly_name", "sha256", "der")
    last = 0
    while True:
        portion = [
            _Certificate(row[0], row[1], row[2], bytes(row[3])) for row in rows.filter(pk__gt=last)[:PORTION]
        ]
        yield from portion
        if len(portion) < PORTION:
            return
        last = portion[-1].key
