"""What revocation registers at start-up: the downloads of lists, and the forgetting of old answers."""

from certificates.revocation import answers, downloads
from deployment import scheduler
from deployment.personas import Persona

_LOOK_SECONDS = 60
_TIDY_SECONDS = 3600


def register() -> None:
    """Register everything; called once by the app."""
    scheduler.register_job(
        "certificates.crl", period_seconds=_LOOK_SECONDS, persona=Persona.PAN, run=downloads.run_due
    )
    scheduler.register_job(
        "certificates.ocsp-answers", period_seconds=_TIDY_SECONDS, persona=Persona.PAN, run=answers.forget_old
    )
