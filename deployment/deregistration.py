"""Deregistration: an admin takes a node that is gone out of the deployment."""

from datetime import datetime

from django.db import transaction

from console import audit
from deployment import leases
from deployment.models import Node
from deployment.personas import nodes


class DeregistrationRefused(Exception):
    """The node cannot be taken out; the text says why."""


def deregister(hostname: str, *, actor: str, now: datetime) -> list[str]:
    """Forget a silent node, free its duties for the other nodes and write it into the audit.

    Returns the names of the duties it held. Raises DeregistrationRefused when there is no such node, or
    when its daemon or worker still runs, since it would register again at once.
    """
    node = next((node for node in nodes() if node.hostname == hostname), None)
    if node is None:
        raise DeregistrationRefused(f"There is no node {hostname}.")
    if node.is_heard(now) or node.is_listening(now):
        raise DeregistrationRefused(f"Node {hostname} still runs; stop its daemon and its worker first.")
    with transaction.atomic():
        Node.objects.filter(hostname=hostname).delete()
        freed = leases.release_all(holder=hostname, now=now)
        audit.record(
            actor=actor,
            action="deployment.deregister",
            target=hostname,
            before={"personas": list(node.personas), "duties": freed},
            now=now,
        )
    return freed
