"""The tasks of the notifications app: each carries an id or a persona and calls one job."""

from celery import shared_task
from django.utils import timezone

from deployment.personas import Persona
from notifications import delivery, relay
from notifications.nudge import DRAIN_TASK


@shared_task(name=DRAIN_TASK)
def drain(persona: str) -> None:
    """Send what is due for a persona."""
    delivery.drain(persona=Persona(persona), clock=timezone.now)


@shared_task(name=relay.TASK)
def run_connection_test(test_id: int) -> None:
    """Run one requested connection test on this node."""
    relay.run_test(test_id, timezone.now())
