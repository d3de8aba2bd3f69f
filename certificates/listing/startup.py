"""What the list registers at start-up: the place of its pages, and the end of what can be undone."""

from django.utils.translation import gettext_lazy as _

from certificates.listing import removal
from console import menu
from deployment import scheduler
from deployment.personas import Persona

HOUR = 3600


def register(place: str) -> None:
    """Place the pages below the list, which stands at `place`, and clear old removals every hour."""
    menu.place(
        f"{place}/bulk",
        label=_("Several certificates"),
        url_name="certificates:trusted-bulk",
        permission="certificates.edit",
        in_nav=False,
    )
    scheduler.register_job(
        "certificates.forget_removals", period_seconds=HOUR, persona=Persona.PAN, run=removal.forget
    )
