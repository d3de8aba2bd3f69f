"""Who the nodes are, which personas they have, and which node is on duty for a persona."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _

from deployment.models import ClusterLease, Node

SILENT_AFTER = timedelta(seconds=30)


class Persona(StrEnum):
    """What a node is there for: administration, monitoring or policy service."""

    PAN = "pan"
    MNT = "mnt"
    PSN = "psn"

    @property
    def label(self) -> str:
        """The name as ISE writes it."""
        return {"pan": "PAN", "mnt": "MnT", "psn": "PSN"}[self.value]


DUTY_OF = {Persona.PAN: "pan-primary", Persona.MNT: "mnt-active"}


@dataclass(frozen=True)
class NodeInfo:
    """One node as the other apps see it; a time that is None was never stamped."""

    hostname: str
    fqdn: str
    personas: tuple[Persona, ...]
    is_this: bool
    heard_at: datetime | None
    worker_heard_at: datetime | None
    version: str = ""
    key_ids: tuple[str, ...] = ()
    is_broker_reachable: bool = False
    is_registered: bool = True

    def is_heard(self, now: datetime) -> bool:
        """Say whether the node's daemon was heard of within the last 30 seconds."""
        return _is_fresh(self.heard_at, now)

    def is_listening(self, now: datetime) -> bool:
        """Say whether the node's worker took a task from its own queue within the last 30 seconds."""
        return _is_fresh(self.worker_heard_at, now)


def persona_queue(persona: Persona | str) -> str:
    """Return the queue that every node with the persona consumes."""
    return f"persona.{Persona(persona).value}"


def node_queue(hostname: str) -> str:
    """Return the queue that one node alone consumes."""
    return f"node.{hostname}"


def parse(words: Iterable[str]) -> tuple[Persona, ...]:
    """Return the personas that the words name, in ISE's order; raises ValueError for any other word."""
    named = {Persona(word.strip().lower()) for word in words}
    return tuple(persona for persona in Persona if persona in named)


def this_node() -> NodeInfo:
    """Return the node that this process runs on, as its settings describe it when it is not registered."""
    row = Node.objects.filter(hostname=settings.ISE_MAIL_NODE).first()
    if row is not None:
        return _info(row)
    return NodeInfo(
        hostname=settings.ISE_MAIL_NODE,
        fqdn=settings.ISE_MAIL_FQDN,
        personas=parse(settings.ISE_MAIL_PERSONAS),
        is_this=True,
        heard_at=None,
        worker_heard_at=None,
        is_registered=False,
    )


def nodes() -> list[NodeInfo]:
    """Return every registered node by host name."""
    return [_info(row) for row in Node.objects.all()]


def on_duty(persona: Persona, *, now: datetime) -> NodeInfo | None:
    """Return the node that sends the mails of a persona at this moment, or None when none may.

    PAN and MnT: whoever holds the unexpired lease. PSN: this node when it is a live PSN, else the PSN that
    was heard of last, so that every live PSN may send what its portals wrote.
    """
    if persona in DUTY_OF:
        lease = ClusterLease.objects.filter(name=DUTY_OF[persona], expires_at__gt=now).first()
        row = Node.objects.filter(hostname=lease.holder).first() if lease else None
        return _info(row) if row else None
    live = [_info(row) for row in Node.objects.heard_since(now - SILENT_AFTER)]
    able = [node for node in live if persona in node.personas]
    return max(able, key=lambda node: (node.is_this, _last_sign(node)), default=None)


def is_on_duty(persona: Persona, *, now: datetime) -> bool:
    """Say whether this node may send the mails of a persona at this moment."""
    node = on_duty(persona, now=now)
    return node is not None and node.is_this


def role_name(node: NodeInfo) -> str:
    """Return a node's role in ISE's words: "Standalone", or primary and secondary by persona.

    The role follows the lease's holder even while that node is silent; a PSN has no role.
    """
    return role_names(nodes()).get(node.hostname, "")


def role_names(everyone: list[NodeInfo]) -> dict[str, str]:
    """Return the roles of all nodes of the deployment by host name, each as `role_name` has it."""
    if len(everyone) == 1 and len(everyone[0].personas) == len(Persona):
        return {everyone[0].hostname: _("Standalone")}
    holders = dict(ClusterLease.objects.values_list("name", "holder"))
    words = {
        Persona.PAN: (_("Primary PAN"), _("Secondary PAN")),
        Persona.MNT: (_("Primary MnT"), _("Secondary MnT")),
    }
    return {
        node.hostname: ", ".join(
            words[persona][holders.get(DUTY_OF[persona]) != node.hostname]
            for persona in words
            if persona in node.personas
        )
        for node in everyone
    }


def _info(row: Node) -> NodeInfo:
    return NodeInfo(
        hostname=row.hostname,
        fqdn=row.fqdn,
        personas=parse(row.personas),
        is_this=row.hostname == settings.ISE_MAIL_NODE,
        heard_at=row.heard_at,
        worker_heard_at=row.worker_heard_at,
        version=row.version,
        key_ids=tuple(row.key_ids),
        is_broker_reachable=row.is_broker_reachable,
    )


def _is_fresh(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now - moment <= SILENT_AFTER


def _last_sign(node: NodeInfo) -> datetime:
    signs = [moment for moment in (node.heard_at, node.worker_heard_at) if moment is not None]
    return max(signs)
