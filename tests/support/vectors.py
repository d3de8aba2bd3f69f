"""The test vectors of the cryptography package: certificates, keys, containers, noise, and damaged copies."""

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cryptography_vectors

FOLDER = Path(cryptography_vectors.__file__).parent
MOST_BYTES = 64 * 1024
"""Larger vectors are lists of numbers; they are read whole, but not damaged again and again."""
KEYS = frozenset({"asymmetric", "pkcs12", "pkcs7", "x509"})


def read(name: str) -> bytes:
    """One vector by its path in the package."""
    return (FOLDER / name).read_bytes()


@cache
def files() -> tuple[Path, ...]:
    """Every vector, in an order that does not change."""
    found = (path for path in FOLDER.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"})
    return tuple(sorted(found))


@cache
def seeds() -> tuple[bytes, ...]:
    """The vectors that are worth damaging: certificates, keys and containers."""
    chosen = (path for path in files() if path.relative_to(FOLDER).parts[0] in KEYS)
    return tuple(path.read_bytes() for path in chosen if path.stat().st_size <= MOST_BYTES)


def mutants(count: int, *, seed: int) -> Iterator[bytes]:
    """Yield damaged vectors, always the same ones for a seed."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(seeds()))
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            _DAMAGES[chance.randrange(len(_DAMAGES))](data, chance)
        yield bytes(data)


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _overwrite(data: bytearray, chance: random.Random) -> None:
    if data:
        at = chance.randrange(len(data))
        values = (
            b"\x00",
            b"\xff",
            b"\x30\x80",
            b"\x30\x84\xff\xff\xff\xff",
            b"\x02\x01\x00",
            b"-----",
            b"\n",
        )
        value = chance.choice(values)
        data[at : at + len(value)] = value


def _cut(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.randrange(1, 64)]


def _truncate(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.randbytes(chance.randrange(1, 32))


def _repeat(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    part = bytes(data[at : at + chance.randrange(1, 2048)])
    data[at:at] = part * chance.randrange(1, 20)


def _splice(data: bytearray, chance: random.Random) -> None:
    other = chance.choice(seeds())
    at = chance.randrange(len(data) + 1)
    start = chance.randrange(len(other) + 1)
    data[at:] = other[start:]


def _join(data: bytearray, chance: random.Random) -> None:
    data += b"\n" + chance.choice(seeds())


_DAMAGES = (_flip, _flip, _overwrite, _overwrite, _cut, _truncate, _insert, _repeat, _splice, _join)
