"""Give a duty to another node."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from deployment.commands import ProjectCommand
from deployment.personas import DUTY_OF, Persona
from deployment.promotion import PromotionRefused, promote


class Command(ProjectCommand):
    """Makes a node the primary PAN, or the active MnT."""

    help = "Make a node the primary PAN (or with --persona mnt the active MnT)."
    exit_codes = {
        0: "the node holds the duty",
        1: "refused with the reason",
        2: "usage, or the key ring lacks keys that are in use",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the node and the persona."""
        parser.add_argument("hostname", help="the node as node_list names it")
        parser.add_argument("--persona", choices=[p.value for p in DUTY_OF], default=Persona.PAN.value)
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Promote the node."""
        persona, hostname = Persona(options["persona"]), options["hostname"]
        try:
            promote(hostname, persona=persona, actor="command line", now=timezone.now())
        except PromotionRefused as error:
            raise CommandError(str(error)) from error
        done = {"duty": DUTY_OF[persona], "holder": hostname}
        text = f"{hostname} now holds the duty {DUTY_OF[persona]}."
        self.stdout.write(json.dumps(done) if options["json"] else text)
