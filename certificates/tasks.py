"""The tasks of the certificates app: each carries an id or nothing and calls one job."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from certificates.health import periodic, schedule
from certificates.importing import choosing, working
from certificates.revocation import downloads


@shared_task(name=choosing.TASK)
def import_upload(upload_id: str) -> None:
    """Store what was chosen of a large upload."""
    working.run(UUID(upload_id), clock=timezone.now)


@shared_task(name=schedule.TASK)
def check_chains() -> None:
    """Verify the chains in use again if that is due."""
    periodic.run(timezone.now())


@shared_task(name=downloads.TASK)
def download_crl(certificate_id: int) -> None:
    """Download the list of one authority if it is due."""
    downloads.download(certificate_id, now=timezone.now())
