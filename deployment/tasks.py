"""The task that proves a worker alive."""

from celery import shared_task
from django.utils import timezone

from deployment import heartbeat


@shared_task(name="deployment.canary")
def canary() -> None:
    """Stamp this node's worker: whoever runs this took it from the node's own queue."""
    heartbeat.stamp_worker(timezone.now())
