"""Run the worker of this node."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from deployment import heartbeat
from deployment.broker import NO_BROKER, is_configured
from deployment.commands import USAGE, ProjectCommand
from deployment.personas import Persona, parse
from deployment.worker import run_worker


class Command(ProjectCommand):
    """Registers the node with its personas, then consumes their queues until SIGTERM."""

    help = "Run the worker of this node (its name is ISE_MAIL_NODE) until SIGTERM."
    exit_codes = {
        0: "ended by a signal",
        2: "usage, no broker, or the key ring lacks keys that are in use",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the personas and the number of threads."""
        parser.add_argument(
            "--personas",
            default=",".join(settings.ISE_MAIL_PERSONAS),
            help="comma-separated: pan, mnt, psn (default: ISE_MAIL_PERSONAS)",
        )
        parser.add_argument("--concurrency", type=int, default=4, help="threads that run tasks (default: 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Register the node and run its worker."""
        personas = _personas(options["personas"])
        if not is_configured():
            raise CommandError(NO_BROKER, returncode=USAGE)
        heartbeat.register(personas=personas, now=timezone.now())
        concurrency = max(1, options["concurrency"])
        sys.exit(run_worker(hostname=settings.ISE_MAIL_NODE, personas=personas, concurrency=concurrency))


def _personas(text: str) -> tuple[Persona, ...]:
    try:
        return parse(text.split(","))
    except ValueError as error:
        raise CommandError(f"--personas lists pan, mnt and psn, not {text!r}.", returncode=2) from error
