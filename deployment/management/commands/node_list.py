"""List the nodes of the deployment."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from deployment import overview
from deployment.commands import ProjectCommand


class Command(ProjectCommand):
    """Prints each node with its role, personas and signs of life."""

    help = "List the nodes with role, personas and when they were last heard of."
    exit_codes = {
        0: "always; whether a node is heard stands in the output",
    }

    def writes(self, options: Mapping[str, Any]) -> bool:
        """Nothing is written."""
        return False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the nodes."""
        rows = overview.load(now=timezone.now()).nodes
        if options["json"]:
            self.stdout.write(json.dumps({"nodes": [_as_json(row) for row in rows]}, indent=2))
            return
        for row in rows:
            self.stdout.write(_as_line(row))
        if not rows:
            self.stdout.write("No node has registered yet: start manage.py run_node and notifyd.")


def _as_line(row: overview.NodeRow) -> str:
    node = row.node
    daemon = "heard" if row.is_heard else f"silent since {_stamp(node.heard_at)}"
    worker = "listening" if row.is_listening else f"silent since {_stamp(node.worker_heard_at)}"
    personas = ",".join(node.personas)
    return f"{node.hostname}  {row.role or '-'}  {personas}  daemon {daemon}  worker {worker}"


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "ever"


def _as_json(row: overview.NodeRow) -> dict[str, Any]:
    node = row.node
    return {
        "hostname": node.hostname,
        "fqdn": node.fqdn,
        "role": row.role,
        "personas": [persona.value for persona in node.personas],
        "version": node.version,
        "is_this": node.is_this,
        "is_heard": row.is_heard,
        "is_listening": row.is_listening,
        "is_broker_reachable": node.is_broker_reachable,
        "heard_at": node.heard_at.isoformat() if node.heard_at else None,
        "worker_heard_at": node.worker_heard_at.isoformat() if node.worker_heard_at else None,
        "lacking_keys": list(row.lacking_keys),
    }
