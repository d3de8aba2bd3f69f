"""Nodes for tests, as they would have registered themselves."""

from datetime import datetime

from deployment.models import Node
from deployment.personas import Persona

ALL_PERSONAS = (Persona.PAN, Persona.MNT, Persona.PSN)


def add_node(hostname: str, now: datetime, personas: tuple[Persona, ...] = ALL_PERSONAS) -> Node:
    """Register a node whose daemon was heard of at `now`."""
    return Node.objects.create(
        hostname=hostname,
        fqdn=f"{hostname}.testlab.com",
        personas=[persona.value for persona in personas],
        registered_at=now,
        heard_at=now,
    )
