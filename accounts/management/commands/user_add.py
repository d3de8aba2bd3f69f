"""Create an administrator or an internal user."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.utils import timezone

from accounts import directory
from deployment.commands import ProjectCommand

_CODES: dict[type[Exception], tuple[str, int]] = {
    directory.UsernameRefused: ("USERNAME_REFUSED", 10),
    directory.PasswordRefused: ("PASSWORD_REFUSED", 11),
    directory.GroupRefused: ("GROUP_REFUSED", 12),
    directory.DetailRefused: ("DETAIL_REFUSED", 13),
}


class Command(ProjectCommand):
    """Creates the person with the rules of the pages."""

    help = "Create an administrator or an internal user, as the group asks."
    exit_codes = {
        0: "created",
        2: "usage, the password file unreadable, or the key ring lacks keys that are in use",
        10: "user name refused",
        11: "password refused",
        12: "group refused",
        13: "another detail refused",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument("name", help="user name")
        parser.add_argument(
            "--group", required=True, help="such as 'Super Admin' or 'ALL_ACCOUNTS (default)'"
        )
        parser.add_argument("--password-file", required=True, type=Path, help="one final newline is dropped")
        parser.add_argument("--email", default="")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--language", default="", help="en or fr")
        parser.add_argument(
            "--include-system-alarms", action="store_true", help="mail system alarms to this administrator"
        )
        parser.add_argument(
            "--keep-password", action="store_true", help="do not ask for a new password at the first sign-in"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the person; raises CommandError with a documented exit code."""
        password = self._password(options["password_file"])
        try:
            user = directory.create_user(
                username=options["name"],
                password=password,
                group=options["group"],
                email=options["email"],
                first_name=options["first_name"],
                last_name=options["last_name"],
                language=options["language"],
                include_system_alarms=options["include_system_alarms"],
                must_change_password=not options["keep_password"],
                actor="command line",
                now=timezone.now(),
            )
        except directory.DirectoryError as error:
            self._refuse(error, as_json=options["as_json"])
        if options["as_json"]:
            row = {"code": "OK", "name": user.username, "kind": user.kind, "group": options["group"]}
            self.stdout.write(json.dumps(row))
        else:
            self.stdout.write(f"{user.username} was created in {options['group']}.")

    def _password(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The password file {path} cannot be read: {error}.", returncode=2) from error

    def _refuse(self, error: directory.DirectoryError, *, as_json: bool) -> NoReturn:
        code, exit_code = _CODES.get(type(error), ("REFUSED", 1))
        if as_json:
            self.stdout.write(json.dumps({"code": code, "field": error.field, "reasons": error.reasons}))
        raise CommandError(" ".join(error.reasons), returncode=exit_code) from error
