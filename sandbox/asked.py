"""What `up` was asked for, looked at before the settings are read: these make the data folder."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path

from sandbox import ports

LOCAL_HOST = "127.0.0.1"


def port_number(text: str) -> int:
    """Return a port from the command line; raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}.")
    return int(text)


def look(words: Sequence[str], *, root: Path) -> None:
    """Use the data folder that the words of `up` name, and check host and port while it is not there yet.

    On a folder that is there the installation that may run on it is told first. Ends the process with a
    usage error, or raises ports.PortTaken.
    """
    if {"-h", "--help"} & set(words):
        return
    parser = ArgumentParser(prog="manage.py up", add_help=False)
    parser.add_argument("--data", default="")
    parser.add_argument("--host", default=LOCAL_HOST)
    parser.add_argument("--port", type=port_number)
    asked, _others = parser.parse_known_args(words)
    if asked.data.strip():
        os.environ["ISE_MAIL_DATA"] = str(Path(asked.data).expanduser().absolute())
    if Path(os.environ.get("ISE_MAIL_DATA") or root / "var").exists():
        return
    if asked.port is None:
        ports.find_free(asked.host, ports.WEB_PORT)
    else:
        ports.require_free(asked.host, asked.port)
