"""The tasks of the certificates app: each carries an id and calls one job."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from certificates.importing import choosing, working


@shared_task(name=choosing.TASK)
def import_upload(upload_id: str) -> None:
    """Store what was chosen of a large upload."""
    working.run(UUID(upload_id), clock=timezone.now)
