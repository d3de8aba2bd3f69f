"""Open the door again to a user who typed too many wrong passwords."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts import lockout
from accounts.directory import UserUnknown
from deployment.commands import ProjectCommand


class Command(ProjectCommand):
    """Lifts a lockout; the password stays as it is."""

    help = "Forget the wrong passwords typed for a user, from every address."
    exit_codes = {
        0: "unlocked, also when nothing was locked",
        2: "usage, or the key ring lacks keys that are in use",
        10: "no such user",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument("name", help="user name")
        parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Unlock the user; raises CommandError with a documented exit code."""
        try:
            count = lockout.unlock(username=options["name"], actor="command line", now=timezone.now())
        except UserUnknown as error:
            if options["as_json"]:
                self.stdout.write(json.dumps({"code": "USER_UNKNOWN", "reasons": error.reasons}))
            raise CommandError(str(error), returncode=10) from error
        if options["as_json"]:
            self.stdout.write(json.dumps({"code": "OK", "name": options["name"], "counters": count}))
        else:
            self.stdout.write(f"{options['name']} may sign in again.")
