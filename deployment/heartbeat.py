"""What a node writes about itself: that it exists, and that its daemon and its worker are alive."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from console import secrets
from deployment.models import Node, NodeQuerySet
from deployment.personas import Persona, parse
from deployment.version import running_version


def database_now() -> datetime:
    """Return the database's time, since the clocks of several nodes differ; on SQLite this host's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def register(*, personas: tuple[Persona, ...], now: datetime) -> None:
    """Write this node's row: its names, personas, version and the ids of the keys in its ring."""
    Node.objects.update_or_create(
        hostname=settings.ISE_MAIL_NODE,
        defaults={
            "fqdn": settings.ISE_MAIL_FQDN,
            "personas": [persona.value for persona in personas],
            "version": running_version(),
            "key_ids": list(secrets.ring().ids),
            "registered_at": now,
        },
    )


def register_if_new(now: datetime) -> None:
    """Write this node's row with the personas of its settings, unless its worker wrote it before."""
    if not Node.objects.filter(hostname=settings.ISE_MAIL_NODE).exists():
        register(personas=parse(settings.ISE_MAIL_PERSONAS), now=now)


def stamp_daemon(now: datetime) -> None:
    """Write down that this node's daemon is alive."""
    _this().update(heard_at=now)


def stamp_worker(now: datetime) -> None:
    """Write down that this node's worker takes tasks from its queue."""
    _this().update(worker_heard_at=now, is_broker_reachable=True)


def stamp_broker(*, is_reachable: bool) -> None:
    """Write down whether this node can hand a task to the broker."""
    _this().exclude(is_broker_reachable=is_reachable).update(is_broker_reachable=is_reachable)


def _this() -> NodeQuerySet:
    return Node.objects.filter(hostname=settings.ISE_MAIL_NODE)
