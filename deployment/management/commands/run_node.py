"""Run the worker of this node."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console.secrets import KeyRingBroken
from deployment import heartbeat, keys
from deployment.personas import Persona, parse
from deployment.worker import run_worker


class Command(BaseCommand):
    """Registers the node with its personas, then consumes their queues until SIGTERM.

    Exit codes: 0 ended by a signal, 1 the key ring cannot be used, 2 usage.
    """

    help = "Run the worker of this node (its name is ISE_MAIL_NODE) until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the personas and the number of threads."""
        parser.add_argument(
            "--personas",
            default=",".join(settings.ISE_MAIL_PERSONAS),
            help="comma-separated: pan, mnt, psn (default: ISE_MAIL_PERSONAS)",
        )
        parser.add_argument("--concurrency", type=int, default=4, help="threads that run tasks (default: 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse an incomplete key ring, register, and run the worker."""
        personas = _personas(options["personas"])
        try:
            keys.require_all()
        except (keys.RingIncomplete, KeyRingBroken) as error:
            raise CommandError(str(error)) from error
        heartbeat.register(personas=personas, now=timezone.now())
        concurrency = max(1, options["concurrency"])
        sys.exit(run_worker(hostname=settings.ISE_MAIL_NODE, personas=personas, concurrency=concurrency))


def _personas(text: str) -> tuple[Persona, ...]:
    try:
        return parse(text.split(","))
    except ValueError as error:
        raise CommandError(f"--personas lists pan, mnt and psn, not {text!r}.", returncode=2) from error
