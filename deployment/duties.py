"""Which node sends which mail: ISE's own table, with the nodes of this moment in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from deployment.models import ClusterLease
from deployment.personas import DUTY_OF, Persona, nodes, on_duty

# Each purpose of mail, the role that sends it, and the persona behind the role.
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
class Duty:
    """One purpose of mail and the nodes that send it now; `silent_holder` is who should and cannot."""

    purpose: Any
    role: Any
    senders: tuple[str, ...]
    silent_holder: str = ""


def table(*, now: datetime) -> tuple[Duty, ...]:
    """Return the table in the document's order, with host names of the nodes that send at `now`."""
    return tuple(Duty(purpose, role, *_senders(persona, now)) for purpose, role, persona in PURPOSES)


def _senders(persona: Persona, now: datetime) -> tuple[tuple[str, ...], str]:
    """Who sends for a persona, and who holds its duty in silence: any PSN may send, of the others one."""
    if persona is Persona.PSN:
        live = [n for n in nodes() if persona in n.personas and (n.is_heard(now) or n.is_listening(now))]
        return tuple(node.hostname for node in live), ""
    sender = on_duty(persona, now=now)
    if sender is not None:
        return (sender.hostname,), ""
    lease = ClusterLease.objects.filter(name=DUTY_OF[persona]).first()
    return (), lease.holder if lease else ""
