"""The tasks of the notifications app: each carries an id and calls one job."""

from celery import shared_task
from django.utils import timezone

from notifications import relay


@shared_task(name=relay.TASK)
def run_connection_test(test_id: int) -> None:
    """Run one requested connection test on this node."""
    relay.run_test(test_id, timezone.now())
