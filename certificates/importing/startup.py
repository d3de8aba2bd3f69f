"""What imports register at start-up: the watch over unfinished uploads, and the deletion of old ones."""

from certificates.importing import uploads, working
from deployment import scheduler
from deployment.personas import Persona


def register() -> None:
    """Register everything; called once by the app."""
    scheduler.register_pass("certificates.imports", working.take_up_again)
    scheduler.register_job(
        "certificates.uploads", period_seconds=3600, persona=Persona.PAN, run=uploads.forget_old
    )
