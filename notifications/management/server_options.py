"""The options that name an SMTP server on the command line, and the server that they describe."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from notifications.models.relay import HIGHEST_TIMEOUT, LOWEST_TIMEOUT
from notifications.relay_forms import HOST_REFUSALS, PORT_REFUSAL, TIMEOUT_REFUSAL
from notifications.smtp.hostname import HostRefused, clean_host
from notifications.smtp.settings import ServerSettings, TlsMode

ACTOR = "command line"
USAGE = 2


def add_server_options(parser: ArgumentParser, *, host_required: bool) -> None:
    """Describe the options."""
    parser.add_argument("--host", type=_host, required=host_required, help="name or address of the server")
    parser.add_argument("--port", type=_port, default=25, help="default: 25")
    parser.add_argument(
        "--tls",
        choices=[mode.value for mode in TlsMode],
        default=TlsMode.NONE.value,
        help="auto: TLS on connect on port 465, STARTTLS on any other; default: none",
    )
    parser.add_argument("--minimum-tls", choices=["1.2", "1.3"], default="1.2")
    parser.add_argument("--timeout", type=_timeout, default=60, help="seconds, 1 to 300; default: 60")
    parser.add_argument("--user", default="", help="sign in with this user name")
    parser.add_argument("--password-file", type=Path, help="one final newline is dropped")
    parser.add_argument(
        "--allow-cleartext-password",
        action="store_true",
        help="send the password also over a connection without TLS",
    )
    parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")


def server_of(options: dict[str, Any]) -> ServerSettings:
    """Return the server that the options describe; raises CommandError with exit code 2."""
    if options["password_file"] is not None and not options["user"]:
        raise CommandError("--password-file needs --user.", returncode=USAGE)
    return ServerSettings(
        host=options["host"],
        port=options["port"],
        timeout_seconds=options["timeout"],
        tls=TlsMode(options["tls"]),
        minimum_tls=options["minimum_tls"],
        user=options["user"],
        password=_password(options["password_file"]) if options["password_file"] is not None else "",
    )


def password_refusal() -> CommandError:
    """Return the refusal of a sign-in without a usable password."""
    text = "The stored password cannot be used for these values: give --password-file."
    return CommandError(text, returncode=USAGE)


def cleartext_refusal() -> CommandError:
    """Return the refusal of a password that would travel without TLS."""
    text = "The password would travel without encryption: choose --tls, or add --allow-cleartext-password."
    return CommandError(text, returncode=USAGE)


def _password(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The password file {path} cannot be read: {error}", returncode=USAGE) from error
    password = text.removesuffix("\n").removesuffix("\r")
    if not password or not password.isprintable():
        text = f"The password file {path} must hold one line without control characters."
        raise CommandError(text, returncode=USAGE)
    return password


def _host(text: str) -> str:
    try:
        return clean_host(text)
    except HostRefused as refused:
        raise ArgumentTypeError(str(HOST_REFUSALS[refused.reason])) from refused


def _port(text: str) -> int:
    return _number(text, 1, 65535, str(PORT_REFUSAL))


def _timeout(text: str) -> int:
    return _number(text, LOWEST_TIMEOUT, HIGHEST_TIMEOUT, str(TIMEOUT_REFUSAL))


def _number(text: str, lowest: int, highest: int, refusal: str) -> int:
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        raise ArgumentTypeError(refusal)
    return int(text)
