"""Save the SMTP server."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from deployment.commands import ProjectCommand
from notifications import relay, senders
from notifications.mail.address import AddressRefused
from notifications.management import server_options
from notifications.sender_forms import NOT_AN_ADDRESS


class Command(ProjectCommand):
    """Saves all values at once: what is not given has ISE's default."""

    help = "Save the SMTP server that takes the mails of all nodes."
    exit_codes = {
        0: "saved",
        2: "usage, or the key ring lacks keys that are in use",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        server_options.add_server_options(parser, host_required=True)
        parser.add_argument(
            "--from", dest="default_from", help="the default From of the Guest email settings"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Save server and From together; raises CommandError with exit code 2."""
        server = server_options.server_of(options)
        now = timezone.now()
        try:
            with transaction.atomic():
                if options["default_from"] is not None:
                    kept = asdict(senders.guest_email_settings())
                    wanted = {**kept, "default_from": options["default_from"]}
                    senders.save_guest_email_settings(**wanted, actor=server_options.ACTOR, now=now)
                row = relay.save(
                    server=server,
                    keep_password=bool(server.user) and not server.password,
                    allow_cleartext_password=options["allow_cleartext_password"],
                    actor=server_options.ACTOR,
                    now=now,
                    is_bound_by_egress=False,
                )
        except AddressRefused as error:
            text = f"The From address {options['default_from']!r} is refused. {NOT_AN_ADDRESS}"
            raise CommandError(text, returncode=server_options.USAGE) from error
        except relay.PasswordNeeded as error:
            raise server_options.password_refusal() from error
        except relay.CleartextRefused as error:
            raise server_options.cleartext_refusal() from error
        if options["as_json"]:
            self.stdout.write(json.dumps({"code": "OK", "version": row.version}))
        else:
            self.stdout.write(f"Saved: {row.host}, port {row.port}.")
