"""Test the connection to an SMTP server."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from console.secrets import SecretsError
from deployment.commands import ProjectCommand
from deployment.personas import nodes
from notifications import relay, stage_words, words
from notifications.management import server_options
from notifications.models import RelaySettings
from notifications.smtp.errors import Code
from notifications.smtp.settings import ServerSettings


class Command(ProjectCommand):
    """Tests a server, the saved one without --host. No mail is sent."""

    help = (
        "Test the connection to an SMTP server, from the worker of this node unless told otherwise.\n"
        "Without --host it is the saved server, with what is given in place of the saved values."
    )
    exit_codes = {
        0: "every stage succeeded",
        2: "usage, or the key ring lacks keys that are in use",
        10: "resolve",
        20: "connect",
        21: "greeting or EHLO",
        30: "STARTTLS or TLS",
        31: "trust",
        40: "sign-in",
        50: "mail",
        60: "no worker of the node answered",
        70: "unexpected error",
    }

    def writes(self, options: Mapping[str, Any]) -> bool:
        """A test in this process writes nothing under a key."""
        return not options["here"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        server_options.add_server_options(parser, host_required=False)
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--here", action="store_true", help="run the test in this process")
        where.add_argument("--node", metavar="NAME", help="run it in the worker of this node")
        where.add_argument("--all-nodes", action="store_true", help="run it in the worker of each node")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the test and end with the exit code of its verdict."""
        server, is_cleartext_allowed = self._server(options)
        if options["here"]:
            found = [self._test_here(server, is_cleartext_allowed)]
        else:
            found = self._test_on_nodes(server, is_cleartext_allowed, self._nodes(options))
        failed = [one for one in found if one["code"] != Code.OK]
        first = (failed or found)[0]
        if options["as_json"]:
            more = {"tests": found} if len(found) > 1 else {}
            self.stdout.write(json.dumps({**first, **more}))
        else:
            for one in found:
                self._tell(one)
        sys.exit(words.exit_code(first["code"], first["stage"]))

    def _server(self, options: dict[str, Any]) -> tuple[ServerSettings, bool]:
        """Return the server with its password, and whether that may travel in clear."""
        if options["host"] is not None:
            server, is_cleartext_allowed = server_options.server_of(options), False
        else:
            row = self._saved()
            server = server_options.server_of(options, saved=row.server_without_password)
            is_cleartext_allowed = row.allow_cleartext_password
        if server.user and not server.password:
            server = self._with_stored_password(server)
        return server, is_cleartext_allowed or options["allow_cleartext_password"]

    def _saved(self) -> RelaySettings:
        row = relay.current()
        if row is None:
            text = "No SMTP server is saved: give --host, or save one by smtp_set."
            raise CommandError(text, returncode=server_options.USAGE)
        return row

    def _with_stored_password(self, server: ServerSettings) -> ServerSettings:
        try:
            return relay.with_stored_password(server)
        except relay.PasswordNeeded as error:
            raise server_options.password_refusal() from error
        except SecretsError as error:
            raise CommandError(str(error), returncode=server_options.USAGE) from error

    def _nodes(self, options: dict[str, Any]) -> list[str]:
        known = [node.hostname for node in nodes()]
        if options["all_nodes"]:
            return known or [settings.ISE_MAIL_NODE]
        name = options["node"] or settings.ISE_MAIL_NODE
        if options["node"] and name not in known:
            text = f"There is no node {name!r}; the deployment has: {', '.join(known) or 'none'}."
            raise CommandError(text, returncode=server_options.USAGE)
        return [name]

    def _test_here(self, server: ServerSettings, is_cleartext_allowed: bool) -> dict[str, Any]:
        result = relay.probe_server(server, now=timezone.now(), allow_cleartext_password=is_cleartext_allowed)
        process = {"id": os.getpid(), "worker": ""}
        return {**result.as_json(), "node": settings.ISE_MAIL_NODE, "process": process}

    def _test_on_nodes(
        self, server: ServerSettings, is_cleartext_allowed: bool, names: list[str]
    ) -> list[dict[str, Any]]:
        try:
            ids = relay.request_test(
                server=server,
                nodes=names,
                allow_cleartext_password=is_cleartext_allowed,
                actor=server_options.ACTOR,
                now=timezone.now(),
                is_bound_by_egress=False,
            )
        except relay.CleartextRefused as error:
            raise server_options.cleartext_refusal() from error
        tests = relay.wait_for_tests(relay.group_of(ids[0]), clock=timezone.now)
        return [test.as_json() for test in tests]

    def _tell(self, found: dict[str, Any]) -> None:
        told = words.text_of(found["code"], found["params"])
        self.stdout.write(f"{found['node']}: {told.headline}")
        if found["code"] != Code.OK:
            self.stdout.write(f"  {found['code']}: {told.cause} {told.remedy}")
        for stage in found["stages"]:
            took = "" if stage["milliseconds"] is None else f"{stage['milliseconds']} ms"
            detail = stage_words.detail_of(stage["stage"], stage["facts"]) if stage["state"] == "ok" else ""
            name = stage_words.name_of(stage["stage"])
            self.stdout.write(f"  {stage['state']:<4} {name:<18} {took:>8}  {detail}".rstrip())
        for line in found["transcript"]:
            self.stdout.write(f"    {line}")
