"""What the surroundings say: every environment variable the project reads, with its default."""

import os
import re
import secrets
import socket
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ

ROOT = Path(__file__).resolve().parent.parent
_read = environ.Env()
_SWITCH = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("", "0", "false", "no", "off"), False),
}
_BROKERS = ("redis://", "rediss://", "redis+socket://", "memory://")
_DATABASES = ("postgres://", "postgresql://", "sqlite:///")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_BY = "with --data or ISE_MAIL_DATA"
_FILE = "ise-mail.sqlite3"
_WRITTEN = {
    *(_FILE, f"{_FILE}-wal", f"{_FILE}-shm", f"{_FILE}-journal", "keyring", "secret_key", "broker_url"),
    *(".prepared", "log", "lost+found", "run.lock", "sandbox", "static"),
}
"""What ISE Mail itself may have put into a data folder."""

# Host names of RFC 1123 2.1; a node may also be named as in a container network, with underscores.
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")


class SettingsError(Exception):
    """A variable holds something that cannot be used; the text says which and why."""


@dataclass(frozen=True)
class Address:
    """One address and port that the outbound gate lets through besides what its rules allow."""

    host: str
    port: int


def text(name: str, default: str = "") -> str:
    """Return the variable as text."""
    return str(_read.str(name, default=default))


def number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """Return the variable as a whole number between two bounds.

    Raises SettingsError when it is not one.
    """
    raw = text(name, str(default))
    if not raw.lstrip("-").isdigit() or not lowest <= int(raw) <= highest:
        raise SettingsError(f"{name} must be a whole number from {lowest} to {highest}, not {raw!r}.")
    return int(raw)


def switch(name: str, default: bool) -> bool:
    """Return the variable as yes or no (1, true, yes, on; 0, false, no, off); raises SettingsError."""
    raw = text(name, "1" if default else "0").strip().lower()
    if raw not in _SWITCH:
        raise SettingsError(f"{name} must be 1, true, yes or on, or 0, false, no or off, not {raw!r}.")
    return _SWITCH[raw]


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of the variable."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def addresses(name: str) -> tuple[Address, ...]:
    """Return the comma-separated `host:port` pairs of the variable.

    Raises SettingsError when one is not a host and a port.
    """
    found = []
    for word in words(name):
        host, _, port = word.rpartition(":")
        if not host or not port.isdigit():
            raise SettingsError(f"{name} must list host:port pairs, and {word!r} is none.")
        found.append(Address(host.strip("[]"), int(port)))
    return tuple(found)


def data_folder() -> Path:
    """Return the folder that holds everything this installation writes; raises SettingsError."""
    folder = Path(text("ISE_MAIL_DATA") or str(ROOT / "var")).resolve()
    if ROOT.is_relative_to(folder):
        raise SettingsError(f"ISE_MAIL_DATA must name a folder of its own: {folder} holds ISE Mail itself.")
    return folder


def make_data_folder(folder: Path) -> None:
    """Make the data folder where it is missing, and close it to everybody else when it is all ours.

    Raises SettingsError.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be made ({error.strerror}): name another {_BY}."
        ) from error
    # A folder that others share, or that holds more than ours, keeps the rights that its owner gave it.
    with suppress(OSError):
        found = folder.stat()
        is_own = found.st_uid == os.geteuid() and not found.st_mode & 0o7000
        if is_own and found.st_mode & 0o077 and {path.name for path in folder.iterdir()} <= _WRITTEN:
            folder.chmod(0o700)


def host_name(name: str, default: str = "") -> str:
    """Return the variable as a host name, "" or the default when it is not set; raises SettingsError."""
    given = text(name)
    if given and not _HOST_NAME.fullmatch(given):
        raise SettingsError(
            f"{name} must be a host name of letters, digits, dots and hyphens, not {given!r}."
        )
    return given or default


def time_zone() -> str:
    """Return the time zone of pages and mails; raises SettingsError when it is not known here."""
    name = text("ISE_MAIL_TIME_ZONE") or "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"ISE_MAIL_TIME_ZONE must be a time zone such as Europe/Paris, not {name!r}."
        ) from error
    return name


def log_level() -> str:
    """Return the level of the log; raises SettingsError when there is none of that name."""
    level = (text("ISE_MAIL_LOG_LEVEL") or "INFO").upper()
    if level not in _LEVELS:
        raise SettingsError(f"ISE_MAIL_LOG_LEVEL must be one of {', '.join(_LEVELS)}, not {level!r}.")
    return level


def node_name() -> str:
    """Return the short host name of this node, or what ISE_MAIL_NODE says instead."""
    return text("ISE_MAIL_NODE") or socket.gethostname().split(".")[0].lower() or "localhost"


def secret_key(folder: Path) -> str:
    """Return Django's signing key: ISE_MAIL_SECRET_KEY, else a file made at the first start."""
    given = text("ISE_MAIL_SECRET_KEY")
    return given or _first_written(folder / "secret_key", secrets.token_urlsafe(64))


def key_ring(folder: Path) -> Path:
    """Return the key ring's file.

    A ring named by ISE_MAIL_KEYRING must exist, since all nodes hold the same one; without that
    variable this node makes its own at the first start.
    """
    given = text("ISE_MAIL_KEYRING")
    if given:
        return Path(given)
    path = folder / "keyring"
    key = b64encode(secrets.token_bytes(32)).decode()
    _first_written(path, f"k{secrets.token_hex(4)} {key}\n")
    return path


def broker_url(folder: Path) -> str:
    """Return the broker's address: REDIS_URL, else that of the installation running on this data folder.

    Without either it is memory://, which reaches nobody: another server on this machine is none of ours.
    """
    try:
        running = (folder / "broker_url").read_text()
    except FileNotFoundError:
        running = ""
    url = text("REDIS_URL") or running or "memory://"
    if not url.startswith(_BROKERS):
        raise SettingsError("REDIS_URL must begin with redis://, rediss:// or redis+socket://.")
    return url


def database(folder: Path) -> dict[str, Any]:
    """Return Django's settings of the database that DATABASE_URL names, a file in the data folder without it.

    Raises SettingsError when it names none that is known.
    """
    url = text("DATABASE_URL") or f"sqlite:///{folder / _FILE}"
    # What was given may hold a password, so no sentence repeats it.
    if not url.startswith(_DATABASES):
        raise SettingsError("DATABASE_URL must begin with postgres:// or sqlite:///.")
    try:
        found: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError:
        raise SettingsError(
            "DATABASE_URL must look like postgres://user:password@host:5432/name, with the special characters"
            " of the password percent-encoded."
        ) from None
    return found


def public_url() -> str:
    """Return the address under which browsers reach the console.

    Raises SettingsError when it is not an http or https address.
    """
    url = text("ISE_MAIL_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise SettingsError(f"ISE_MAIL_PUBLIC_URL must be an http or https address, not {url!r}.")
    return url


def _first_written(path: Path, content: str) -> str:
    """Return the file's text; write `content` first when the file is missing, once for all processes.

    Raises SettingsError.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return _read_own(path)
    except OSError as error:
        raise SettingsError(
            f"The data folder {path.parent} cannot be written to ({error.strerror}): name another {_BY}."
        ) from error
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    return content


def _read_own(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}): run as its owner, or name another folder {_BY}."
        ) from error
