"""The private folder of the broker's socket: held by a lock while it is used, removed on every way out.

It lies in the temporary folder, since a unix socket's path ends at about 100 characters.
"""

import fcntl
import os
import re
import socket
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

SOCKET_NAME = "valkey.sock"
_DIGEST = "[0-9a-f]{12}"


class FolderRefused(Exception):
    """Somebody else holds the folder; the text says what to do."""


def path_for(digest: str) -> Path:
    """Return where the folder of a data folder lies, told from others of this user by 12 hex digits."""
    return Path(tempfile.gettempdir()) / f"{_prefix()}{digest}"


def take(folder: Path) -> int:
    """Make the folder when it is missing and hold it; return the descriptor that holds it until it is closed.

    Raises FolderRefused.
    """
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_private(folder):
            raise FolderRefused(
                f"{folder} is not this user's own private folder: remove it, then start again."
            )
        descriptor = _held(folder)
        if descriptor is None:
            raise FolderRefused(f"Another ISE Mail uses {folder}: stop it, then start again.")
        if _is_still(folder, descriptor):
            return descriptor
        os.close(descriptor)  # whoever cleared stale folders was faster


def leave(folder: Path, descriptor: int) -> None:
    """Remove the folder and let go of it."""
    _remove(folder)
    os.close(descriptor)


def clear_stale() -> None:
    """Remove this user's folders whose process ended without doing so, such as by SIGKILL."""
    name = re.compile(re.escape(_prefix()) + _DIGEST)
    for folder in Path(tempfile.gettempdir()).iterdir():
        if not name.fullmatch(folder.name):
            continue
        with suppress(OSError):
            if _is_private(folder) and not _answers(folder / SOCKET_NAME):
                descriptor = _held(folder)
                if descriptor is not None:
                    leave(folder, descriptor)


def _prefix() -> str:
    return f"ise-mail-{os.getuid()}-"


def _is_private(folder: Path) -> bool:
    found = folder.lstat()
    is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return is_own and not stat.S_IMODE(found.st_mode) & 0o077


def _held(folder: Path) -> int | None:
    """Return a descriptor that locks the folder, None while another process does."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _is_still(folder: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(folder.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _answers(path: Path) -> bool:
    """Whether a broker listens there: one may outlive its supervisor where no system ends it with it."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        return client.connect_ex(str(path)) == 0


def _remove(folder: Path) -> None:
    """Remove the socket and the folder; what else stands in it is not ours, and stays."""
    with suppress(OSError):
        (folder / SOCKET_NAME).unlink(missing_ok=True)
        folder.rmdir()
