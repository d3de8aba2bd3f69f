"""The options that name an SMTP server on the command line, and the server that they describe."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from notifications.models.relay import HIGHEST_TIMEOUT, LOWEST_TIMEOUT
from notifications.relay_forms import CREDENTIAL_REFUSALS, HOST_REFUSALS, PORT_REFUSAL, TIMEOUT_REFUSAL
from notifications.smtp.credentials import (
    MAX_PASSWORD_LENGTH,
    CredentialsRefused,
    check_password,
    check_user,
)
from notifications.smtp.hostname import HostRefused, clean_host
from notifications.smtp.settings import ServerSettings, TlsMode

ACTOR = "command line"
USAGE = 2
_FIELDS = {
    "host": "host",
    "port": "port",
    "timeout": "timeout_seconds",
    "tls": "tls",
    "minimum_tls": "minimum_tls",
    "user": "user",
}
_LONGEST_PASSWORD_FILE = 4 * MAX_PASSWORD_LENGTH + len("\r\n")


def add_server_options(parser: ArgumentParser, *, host_required: bool) -> None:
    """Describe the options; what is not given is None."""
    parser.add_argument("--host", type=_host, required=host_required, help="name or address of the server")
    parser.add_argument("--port", type=_port, help="default: 25")
    parser.add_argument(
        "--tls",
        choices=[mode.value for mode in TlsMode],
        help="auto: TLS on connect on port 465, STARTTLS on any other; default: none",
    )
    parser.add_argument("--minimum-tls", choices=["1.2", "1.3"], help="default: 1.2")
    parser.add_argument("--timeout", type=_timeout, help="seconds, 1 to 300; default: 60")
    parser.add_argument("--user", type=_user, help="sign in with this user name")
    parser.add_argument("--password-file", type=Path, help="one final newline is dropped")
    parser.add_argument(
        "--allow-cleartext-password",
        action="store_true",
        help="send the password also over a connection without TLS",
    )
    parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")


def server_of(options: dict[str, Any], *, saved: ServerSettings | None = None) -> ServerSettings:
    """Return the server that the options describe: the saved one, or ISE's defaults, with what is given.

    Raises CommandError with exit code 2.
    """
    given = {field: options[name] for name, field in _FIELDS.items() if options[name] is not None}
    if "tls" in given:
        given["tls"] = TlsMode(given["tls"])
    server = replace(saved, **given) if saved else ServerSettings(**given)
    try:
        check_user(server.user)
    except CredentialsRefused as refused:
        sentence = f"The saved user name cannot be used. {CREDENTIAL_REFUSALS[refused.reason]}"
        raise CommandError(sentence, returncode=USAGE) from refused
    path = options["password_file"]
    if path is None:
        return server
    if not server.user:
        raise CommandError("--password-file needs --user.", returncode=USAGE)
    return replace(server, password=_password(path))


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
        with path.open("rb") as file:
            text = file.read(_LONGEST_PASSWORD_FILE + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The password file {path} cannot be read: {error}.", returncode=USAGE) from error
    password = text.removesuffix("\n").removesuffix("\r")
    try:
        check_password(password)
    except CredentialsRefused as refused:
        sentence = f"The password file {path} cannot be used. {CREDENTIAL_REFUSALS[refused.reason]}"
        raise CommandError(sentence, returncode=USAGE) from refused
    if not password:
        raise CommandError(f"The password file {path} is empty.", returncode=USAGE)
    return password


def _host(text: str) -> str:
    try:
        return clean_host(text)
    except HostRefused as refused:
        raise ArgumentTypeError(str(HOST_REFUSALS[refused.reason])) from refused


def _user(text: str) -> str:
    try:
        check_user(text)
    except CredentialsRefused as refused:
        raise ArgumentTypeError(str(CREDENTIAL_REFUSALS[refused.reason])) from refused
    return text


def _port(text: str) -> int:
    return _number(text, 1, 65535, str(PORT_REFUSAL))


def _timeout(text: str) -> int:
    return _number(text, LOWEST_TIMEOUT, HIGHEST_TIMEOUT, str(TIMEOUT_REFUSAL))


def _number(text: str, lowest: int, highest: int, refusal: str) -> int:
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        raise ArgumentTypeError(refusal)
    return int(text)
