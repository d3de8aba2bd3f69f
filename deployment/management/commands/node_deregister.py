"""Take a node out of the deployment."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from deployment.commands import ProjectCommand
from deployment.deregistration import DeregistrationRefused, deregister


class Command(ProjectCommand):
    """Forgets a node that is gone for good; its duties go to the next node that may have them."""

    help = "Take a silent node out of the deployment."
    exit_codes = {
        0: "the node is out",
        1: "refused with the reason",
        2: "usage, or the key ring lacks keys that are in use",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the node."""
        parser.add_argument("hostname", help="the node as node_list names it")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Deregister the node."""
        hostname = options["hostname"]
        try:
            freed = deregister(hostname, actor="command line", now=timezone.now())
        except DeregistrationRefused as error:
            raise CommandError(str(error)) from error
        done = {"hostname": hostname, "freed": freed}
        text = f"{hostname} is no longer a node of this deployment."
        self.stdout.write(json.dumps(done) if options["json"] else text)
