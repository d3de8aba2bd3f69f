"""One start per data folder: a lock that lives exactly as long as the process that holds it."""

import fcntl
import os
from pathlib import Path

LOCK_NAME = "run.lock"


class FolderInUse(Exception):
    """Another process serves this data folder; the text says which and where."""


def take(data: Path) -> int:
    """Lock the data folder and return the descriptor that holds the lock, also over an exec.

    Raises FolderInUse.
    """
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 200).decode("utf-8", "replace").strip() or "another process"
        os.close(descriptor)
        raise FolderInUse(
            f"ISE Mail already runs on the data folder {data} ({holder}): "
            "stop it first, or choose another folder with --data."
        ) from None
    os.set_inheritable(descriptor, True)
    return descriptor


def describe(descriptor: int, text: str) -> None:
    """Write who holds the lock, for the sentence that the next start prints."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
