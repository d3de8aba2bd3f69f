"""What the health of trust registers at start-up: its pages, the periodic check, and a figure."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates.health import periodic, report
from console import health, menu
from deployment import scheduler
from deployment.personas import Persona

_PLACE = "administration/system/certificates"
_LOOK_SECONDS = 60


def register() -> None:
    """Register everything; called once by the app."""
    menu.place(
        f"{_PLACE}/trust-health",
        label=_("Trust health"),
        url_name="certificates:trust-health",
        permission="certificates.view",
        order=25,
    )
    menu.place(
        f"{_PLACE}/periodic-check",
        label=_("Certificate periodic check settings"),
        url_name="certificates:periodic-check",
        permission="certificates.view",
        order=50,
    )
    scheduler.register_job(
        "certificates.periodic-check", period_seconds=_LOOK_SECONDS, persona=Persona.PAN, run=periodic.look
    )
    health.register_gauge(
        "trust-health",
        label=_("Urgent trust findings"),
        url_name="certificates:trust-health",
        permission="certificates.view",
        value=lambda: str(report.urgent_count(timezone.now())),
    )
