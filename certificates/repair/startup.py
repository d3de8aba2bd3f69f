"""What repairs register at start-up: the deletion of old proposals."""

from certificates.repair import proposals
from deployment import scheduler
from deployment.personas import Persona


def register() -> None:
    """Register everything; called once by the app."""
    scheduler.register_job(
        "certificates.proposals", period_seconds=3600, persona=Persona.PAN, run=proposals.forget_old
    )
