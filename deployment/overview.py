"""The deployment as the page and the command show it: nodes, signs of life, and who sends which mail now."""

from dataclasses import dataclass
from datetime import datetime

from deployment import duties, keys
from deployment.duties import Duty
from deployment.personas import NodeInfo, nodes, role_names


@dataclass(frozen=True)
class NodeRow:
    """One node with what `now` makes of its stamps."""

    node: NodeInfo
    role: str
    is_heard: bool
    is_listening: bool
    lacking_keys: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """What the Deployment page shows."""

    nodes: tuple[NodeRow, ...]
    duties: tuple[Duty, ...]

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
        duties=duties.table(now=now),
    )


def _node_row(node: NodeInfo, role: str, used: set[str], now: datetime) -> NodeRow:
    return NodeRow(
        node=node,
        role=role,
        is_heard=node.is_heard(now),
        is_listening=node.is_listening(now),
        lacking_keys=tuple(sorted(used - set(node.key_ids))),
    )
