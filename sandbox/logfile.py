"""Log files of the supervised processes: appended to, and kept from growing without end."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

LOG_LIMIT_BYTES = 10_000_000


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; only the owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def trim(path: Path) -> bool:
    """Move a log that has reached its limit to `<name>.1` and empty it; say whether that was done.

    The file is copied and cut, not renamed, since the running process keeps it open for appending.
    """
    if not path.exists() or path.stat().st_size < LOG_LIMIT_BYTES:
        return False
    shutil.copyfile(path, path.with_suffix(".log.1"))
    os.truncate(path, 0)
    return True


def last_lines(path: Path, *, count: int) -> list[str]:
    """Return the last lines of a log, for the terminal."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 20_000))
        return file.read().decode("utf-8", "replace").splitlines()[-count:]
