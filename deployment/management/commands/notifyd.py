"""Run the daemon of this node."""

import signal
from argparse import ArgumentParser
from typing import Any

from deployment.commands import ProjectCommand
from deployment.daemon import Daemon


class Command(ProjectCommand):
    """Heartbeat, leases, periodic jobs and passes of this node, every five seconds until SIGTERM."""

    help = "Run the daemon of this node until SIGTERM; one runs on every node."
    exit_codes = {
        0: "ended by a signal, or after --once",
        2: "usage, or the key ring lacks keys that are in use",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --once."""
        parser.add_argument("--once", action="store_true", help="beat and work once, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        daemon = Daemon()
        if options["once"]:
            daemon.beat()
            daemon.work()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: daemon.stop())
        daemon.run()
