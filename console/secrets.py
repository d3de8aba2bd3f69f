"""Secrets at rest: sealed with AES-256-GCM under a key ring and bound to the place where they stand."""

import os
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = "v1"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class SecretsError(Exception):
    """A secret cannot be sealed or opened."""


class KeyRingBroken(SecretsError):
    """The key ring's file is missing, unreadable or empty."""


class KeyMissing(SecretsError):
    """The ring lacks the key that a value was sealed with; `key_id` names it."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"The key ring holds no key {key_id!r}.")
        self.key_id = key_id


class SealBroken(SecretsError):
    """The value was changed, or it was sealed for another place."""


@dataclass(frozen=True)
class KeyRing:
    """The keys of a deployment; the first seals, every one opens."""

    keys: tuple[tuple[str, bytes], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The key ids, the sealing one first."""
        return tuple(key_id for key_id, _ in self.keys)

    def key(self, key_id: str) -> bytes:
        """Return a key by its id; raises KeyMissing."""
        for known, key in self.keys:
            if known == key_id:
                return key
        raise KeyMissing(key_id)


def read_ring(path: Path) -> KeyRing:
    """Return the ring in a file of lines `<key id> <32 bytes in base64>`; raises KeyRingBroken."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise KeyRingBroken(f"The key ring {path} cannot be read: {error.strerror}.") from error
    keys = tuple(_parse_line(line, path) for line in lines if line.strip() and not line.startswith("#"))
    if not keys:
        raise KeyRingBroken(f"The key ring {path} holds no key.")
    return KeyRing(keys)


def ring() -> KeyRing:
    """Return this node's key ring, read again when its file changes; raises KeyRingBroken."""
    path = Path(settings.ISE_MAIL_KEYRING)
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise KeyRingBroken(f"The key ring {path} cannot be read: {error.strerror}.") from error
    return _cached_ring(path, stamp)


def seal(text: str, *, context: str) -> str:
    """Return `text` sealed for one place, such as `outbox/42/values`.

    The result is `v1:<key id>:<nonce and ciphertext>`; it opens only with the same context.
    """
    key_id, key = ring().keys[0]
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{_VERSION}:{key_id}:{urlsafe_b64encode(sealed).decode()}"


def unseal(token: str, *, context: str) -> str:
    """Return the text of a sealed value; raises KeyMissing or SealBroken."""
    key = ring().key(key_id_of(token))
    try:
        raw = urlsafe_b64decode(token.split(":", 2)[2])
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, Base64Error, ValueError) as error:
        raise SealBroken("The sealed value does not belong here or was changed.") from error


def key_id_of(token: str) -> str:
    """Return the id of the key that a value was sealed with; raises SealBroken."""
    parts = token.split(":", 2)
    if len(parts) != 3 or parts[0] != _VERSION:
        raise SealBroken("This is not a sealed value.")
    return parts[1]


def new_ring_line() -> str:
    """Return one new line for a key ring's file."""
    return f"k{os.urandom(4).hex()} {b64encode(os.urandom(_KEY_BYTES)).decode()}\n"


@lru_cache(maxsize=4)
def _cached_ring(path: Path, _stamp: int) -> KeyRing:
    return read_ring(path)


def _parse_line(line: str, path: Path) -> tuple[str, bytes]:
    key_id, _, encoded = line.strip().partition(" ")
    try:
        key = b64decode(encoded, validate=True)
    except Base64Error as error:
        raise KeyRingBroken(f"The key ring {path} has a line that is not `<key id> <base64>`.") from error
    if len(key) != _KEY_BYTES or ":" in key_id:
        raise KeyRingBroken(f"Key {key_id!r} in the key ring {path} is not 32 bytes long.")
    return key_id, key
