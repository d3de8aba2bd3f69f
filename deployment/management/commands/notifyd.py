"""Run the daemon of this node."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from console.secrets import KeyRingBroken
from deployment import keys
from deployment.daemon import Daemon


class Command(BaseCommand):
    """Heartbeat, leases, periodic jobs and passes of this node, every five seconds until SIGTERM.

    Exit codes: 0 ended by a signal or after --once, 1 the key ring cannot be used.
    """

    help = "Run the daemon of this node until SIGTERM; one runs on every node."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --once."""
        parser.add_argument("--once", action="store_true", help="beat and work once, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse an incomplete key ring, then run."""
        try:
            keys.require_all()
        except (keys.RingIncomplete, KeyRingBroken) as error:
            raise CommandError(str(error)) from error
        daemon = Daemon()
        if options["once"]:
            daemon.beat()
            daemon.work()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: daemon.stop())
        daemon.run()
