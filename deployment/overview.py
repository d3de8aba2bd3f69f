"""The deployment as the page and the command show it: nodes, signs of life, and who sends which mail now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from deployment import keys
from deployment.models import ClusterLease
from deployment.personas import DUTY_OF, NodeInfo, Persona, nodes, on_duty, role_names

# ISE's own table: each purpose of mail, the role that sends it, and the persona behind the role.
PURPOSES = (
    (gettext_lazy("Guest account expiration"), gettext_lazy("Primary PAN"), Persona.PAN),
    (gettext_lazy("Alarms"), gettext_lazy("Active MnT"), Persona.MNT),
    (
        gettext_lazy("Sponsor and guest notifications from the sponsor and guest portals"),
        gettext_lazy("PSN"),
        Persona.PSN,
    ),
    (gettext_lazy("Password expiration"), gettext_lazy("Primary PAN"), Persona.PAN),
)


@dataclass(frozen=True)
class NodeRow:
    """One node with what `now` makes of its stamps."""

    node: NodeInfo
    role: str
    is_heard: bool
    is_listening: bool
    lacking_keys: tuple[str, ...]


@dataclass(frozen=True)
class DutyRow:
    """One purpose of mail and the nodes that send it now; `silent_holder` is who should and cannot."""

    purpose: Any
    role: Any
    senders: tuple[str, ...]
    silent_holder: str


@dataclass(frozen=True)
class Overview:
    """What the Deployment page shows."""

    nodes: tuple[NodeRow, ...]
    duties: tuple[DutyRow, ...]

    @property
    def silent(self) -> tuple[NodeRow, ...]:
        """The nodes whose daemon or worker gives no sign of life."""
        return tuple(row for row in self.nodes if not (row.is_heard and row.is_listening))

    @property
    def waits_for_promotion(self) -> bool:
        """Whether the primary PAN is silent, so that an admin must promote another node."""
        return any(row.silent_holder and not row.senders for row in self.duties)


def load(*, now: datetime) -> Overview:
    """Return the nodes and duties as they are at `now`."""
    everyone = nodes()
    roles, used = role_names(everyone), set(keys.used())
    return Overview(
        nodes=tuple(_node_row(node, roles[node.hostname], used, now) for node in everyone),
        duties=tuple(_duty_row(purpose, role, persona, everyone, now) for purpose, role, persona in PURPOSES),
    )


def _node_row(node: NodeInfo, role: str, used: set[str], now: datetime) -> NodeRow:
    return NodeRow(
        node=node,
        role=role,
        is_heard=node.is_heard(now),
        is_listening=node.is_listening(now),
        lacking_keys=tuple(sorted(used - set(node.key_ids))),
    )


def _duty_row(purpose: Any, role: Any, persona: Persona, everyone: list[NodeInfo], now: datetime) -> DutyRow:
    if persona is Persona.PSN:
        live = [n for n in everyone if persona in n.personas and (n.is_heard(now) or n.is_listening(now))]
        return DutyRow(purpose, role, tuple(node.hostname for node in live), "")
    sender = on_duty(persona, now=now)
    if sender is not None:
        return DutyRow(purpose, role, (sender.hostname,), "")
    lease = ClusterLease.objects.filter(name=DUTY_OF[persona]).first()
    return DutyRow(purpose, role, (), lease.holder if lease else "")
