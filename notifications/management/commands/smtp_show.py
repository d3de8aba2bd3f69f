"""Show the saved SMTP server."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError

from console.plain_text import escaped
from deployment.commands import ProjectCommand
from notifications import relay, senders


class Command(ProjectCommand):
    """Shows everything but the password."""

    help = "Show the SMTP server that takes the mails of all nodes."
    exit_codes = {
        0: "shown",
        2: "usage",
        3: "no server is saved",
    }

    def writes(self, options: Mapping[str, Any]) -> bool:
        """Nothing is written."""
        return False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show it; raises CommandError with exit code 3 when there is none."""
        row = relay.current()
        if row is None:
            if options["as_json"]:
                self.stdout.write(json.dumps({"code": "NOT_SAVED"}))
            raise CommandError("No SMTP server is saved.", returncode=3)
        shown = {
            "host": row.host,
            "port": row.port,
            "timeout": row.timeout_seconds,
            "tls": row.tls,
            "minimum_tls": row.minimum_tls,
            "user": row.user,
            "has_password": bool(row.password_sealed),
            "allow_cleartext_password": row.allow_cleartext_password,
            "from": senders.guest_email_settings().default_from,
            "has_passed_test": relay.has_passed_test(),
            "version": row.version,
            "saved_at": row.saved_at.isoformat(),
        }
        if options["as_json"]:
            self.stdout.write(json.dumps({"code": "OK", **shown}))
            return
        for name, value in shown.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {escaped(str(value))}")
