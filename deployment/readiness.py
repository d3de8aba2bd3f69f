"""What must be well on this node; each check answers None or one sentence that an admin can act on."""

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from console import secrets
from deployment.models import ClusterLease
from deployment.personas import this_node

_PROBE = "readiness-probe"


class _Undo(Exception):
    """Takes the probe's row back."""


def check_database() -> str | None:
    """Write a row and take it back: a full disk or a standby database reads, but does not write."""
    try:
        with transaction.atomic():
            ClusterLease.objects.update_or_create(
                name=_PROBE, defaults={"holder": "", "expires_at": timezone.now()}
            )
            raise _Undo
    except _Undo:
        return None
    except DatabaseError:
        return _("The database does not take a write: look at its disk space and its log.")


def check_migrations() -> str | None:
    """Say whether the tables are those of this version."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _("The database does not answer.")
    return _("The tables are not those of this version: run manage.py migrate.") if waiting else None


def check_key_ring() -> str | None:
    """Say whether the ring can be read; worker and daemon look at start whether it is whole."""
    try:
        secrets.ring()
    except secrets.KeyRingBroken as error:
        return str(error)
    return None


def check_daemon() -> str | None:
    """Say whether this node's daemon gave a sign of life within the last 30 seconds."""
    try:
        is_heard = this_node().is_heard(timezone.now())
    except DatabaseError:
        return _("The database does not answer.")
    return None if is_heard else _("The node's daemon is silent: start manage.py notifyd on this node.")


def check_worker() -> str | None:
    """Say whether this node's worker took a task within the last 30 seconds."""
    try:
        node = this_node()
    except DatabaseError:
        return _("The database does not answer.")
    if node.is_listening(timezone.now()):
        return None
    return _(
        "The node's worker takes no tasks: start manage.py run_node on this node and look at the broker."
    )
