"""Writes a ZIP archive of small files piece by piece, whatever their number (PKWARE APPNOTE 6.3.9).

The archive of the standard library keeps a record of each file in memory until the end. Here these records
wait in a temporary file, so that a hundred thousand files take no more memory than one.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Final

PIECE: Final = 65_536
_IN_MEMORY: Final = 1_000_000
_SATURATED_16, _SATURATED_32 = 0xFFFF, 0xFFFFFFFF
_STORED_UTF8: Final = (20, 0x0800, 0)
"""Version needed, flags (names are UTF-8), method (stored)."""


def archive(files: Iterable[tuple[str, bytes]], *, now: datetime) -> Iterator[bytes]:
    """Yield the bytes of an archive that holds the files, uncompressed, each dated `now`."""
    written = count = 0
    stamp = _dos_time(now)
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as directory:
        for name, content in files:
            encoded = name.encode()
            facts = struct.pack(
                "<HHIIIHH", *stamp, zlib.crc32(content), len(content), len(content), len(encoded), 0
            )
            directory.write(_entry(facts, encoded, written))
            piece = b"".join((b"PK\x03\x04", struct.pack("<HHH", *_STORED_UTF8), facts, encoded, content))
            yield piece
            written += len(piece)
            count += 1
        size = directory.tell()
        directory.seek(0)
        yield from iter(lambda: directory.read(PIECE), b"")
    yield _end(count, size, written)


def _entry(facts: bytes, name: bytes, offset: int) -> bytes:
    """One record of the directory: where the file begins, and again what stands before it."""
    extra = struct.pack("<HHQ", 1, 8, offset) if offset >= _SATURATED_32 else b""
    return b"".join(
        (
            b"PK\x01\x02",
            struct.pack("<H", 45 if extra else 20),
            struct.pack("<HHH", *_STORED_UTF8),
            facts[:-2],
            struct.pack("<HHHHII", len(extra), 0, 0, 0, 0, min(offset, _SATURATED_32)),
            name,
            extra,
        )
    )


def _end(count: int, size: int, offset: int) -> bytes:
    """The end of the archive; beyond 65,535 files or 4 GB the true figures stand in the ZIP64 records."""
    large = b""
    if count >= _SATURATED_16 or max(size, offset) >= _SATURATED_32:
        record = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
        locator = struct.pack("<IQI", 0, offset + size, 1)
        large = b"PK\x06\x06" + record + b"PK\x06\x07" + locator
    files = min(count, _SATURATED_16)
    figures = (0, 0, files, files, min(size, _SATURATED_32), min(offset, _SATURATED_32), 0)
    return large + b"PK\x05\x06" + struct.pack("<HHHHIIH", *figures)


def _dos_time(now: datetime) -> tuple[int, int]:
    """Time and date as MS-DOS counts them, in steps of two seconds since 1980."""
    clock = now.hour << 11 | now.minute << 5 | now.second // 2
    return clock, (max(now.year, 1980) - 1980) << 9 | now.month << 5 | now.day
