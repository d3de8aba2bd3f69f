"""Promotion: an admin gives the duty of the primary PAN or the active MnT to another node."""

from datetime import datetime

from django.db import transaction

from console import audit
from deployment import leases
from deployment.models import ClusterLease
from deployment.personas import DUTY_OF, Persona, nodes


class PromotionRefused(Exception):
    """The node cannot take the duty; the text says why."""


def promote(hostname: str, *, persona: Persona, actor: str, now: datetime) -> None:
    """Make a live node the holder of a persona's duty, with a new epoch, and write it into the audit.

    Raises PromotionRefused when there is no such node, it lacks the persona, it is silent (a silent node
    would hold the duty and do nothing), or the duty changed hands meanwhile.
    """
    node = next((node for node in nodes() if node.hostname == hostname), None)
    if persona not in DUTY_OF:
        raise PromotionRefused("Every PSN is on duty; there is nothing to promote.")
    if node is None:
        raise PromotionRefused(f"There is no node {hostname}.")
    if persona not in node.personas:
        raise PromotionRefused(f"Node {hostname} does not have the persona {persona.label}.")
    if not node.is_heard(now):
        raise PromotionRefused(f"The daemon of node {hostname} is silent; start it first.")
    with transaction.atomic():
        lease, _ = ClusterLease.objects.get_or_create(
            name=DUTY_OF[persona], defaults={"holder": "", "epoch": 0, "expires_at": now}
        )
        if lease.holder == hostname:
            return
        if not leases.take(lease, holder=hostname, now=now):
            raise PromotionRefused("The duty changed hands meanwhile; look again.")
        audit.record(
            actor=actor,
            action="deployment.promote",
            target=DUTY_OF[persona],
            before={"holder": lease.holder},
            after={"holder": hostname},
            now=now,
        )
