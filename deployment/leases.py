"""Cluster leases: one holder for each duty, and an epoch that tells a returning holder it was replaced."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from deployment.models import ClusterLease
from deployment.personas import DUTY_OF, Persona

TTL = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=10)

# ISE moves monitoring to the other node by itself; administration moves when an admin promotes a node.
MOVES_BY_ITSELF = frozenset({Persona.MNT})


def keep_duties(personas: tuple[Persona, ...], *, holder: str, now: datetime) -> tuple[Persona, ...]:
    """Renew or take the leases of a node's personas; return the personas whose lease it holds after that."""
    kept = []
    for persona in personas:
        if persona in DUTY_OF and keep(
            DUTY_OF[persona], holder=holder, now=now, may_take_over=persona in MOVES_BY_ITSELF
        ):
            kept.append(persona)
    return tuple(kept)


def keep(name: str, *, holder: str, now: datetime, may_take_over: bool) -> bool:
    """Renew a lease, or take it when nobody ever held it; say whether the node holds it now.

    An expired lease of another node is taken only with `may_take_over`, one without a holder by anybody;
    that is a compare-and-set on holder and epoch, so that of two nodes exactly one wins, and the epoch
    grows by one.
    """
    until = now + TTL
    with transaction.atomic():
        lease, is_new = ClusterLease.objects.get_or_create(
            name=name, defaults={"holder": holder, "expires_at": until}
        )
        if is_new:
            return True
        if lease.holder == holder:
            if lease.expires_at - now > TTL - RENEW_EVERY:
                return True
            return _set(lease, holder=holder, until=until)
        if (may_take_over or not lease.holder) and lease.expires_at <= now:
            return take(lease, holder=holder, now=now)
    return False


def take(lease: ClusterLease, *, holder: str, now: datetime) -> bool:
    """Give a lease that was read before to another node; False when it changed hands in between."""
    seen = ClusterLease.objects.filter(name=lease.name, holder=lease.holder, epoch=lease.epoch)
    return seen.update(holder=holder, epoch=F("epoch") + 1, expires_at=now + TTL) == 1


def release_all(*, holder: str, now: datetime) -> list[str]:
    """Leave every lease of a node without a holder, so that the next node that asks gets it; name them."""
    held = ClusterLease.objects.filter(holder=holder)
    names = sorted(held.values_list("name", flat=True))
    held.update(holder="", expires_at=now)
    return names


def epoch_of(persona: Persona) -> int:
    """Return the epoch of a persona's lease, 0 when nobody ever held it or the persona has none."""
    lease = ClusterLease.objects.filter(name=DUTY_OF.get(persona, "")).first()
    return lease.epoch if lease else 0


def _set(lease: ClusterLease, *, holder: str, until: datetime) -> bool:
    seen = ClusterLease.objects.filter(name=lease.name, holder=holder, epoch=lease.epoch)
    return seen.update(expires_at=until) == 1
