"""Start-up of the alarms app: what it registers with the floors below."""

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlarmsConfig(AppConfig):
    """The alarms app."""

    name = "alarms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Place the pages, and have every rule looked at by the active MnT."""
        from alarms import catalog, letters, watch
        from alarms.rules import RULES
        from console import access, health, menu
        from deployment import scheduler
        from deployment.personas import Persona
        from notifications import categories, outbox

        access.declare("alarms.view", _("See the alarms and their settings"))
        access.declare("alarms.edit", _("Change the alarm settings"))
        menu.place("operations", label=_("Operations"), order=20)
        menu.place(
            "operations/alarms",
            label=_("Alarms"),
            url_name="alarms:alarm-list",
            permission="alarms.view",
            icon="alert",
            order=10,
        )
        menu.place("administration/system/settings", label=_("Settings"), icon="settings", order=30)
        menu.place(
            "administration/system/settings/alarm-settings",
            label=_("Alarm settings"),
            url_name="alarms:settings",
            permission="alarms.view",
            order=50,
        )
        health.register_gauge(
            "alarms",
            label=_("Active alarms"),
            url_name="alarms:alarm-list",
            permission="alarms.view",
            value=catalog.active_count,
        )
        outbox.register_recheck(categories.ALARM, letters.is_still_active)
        for code in RULES:
            scheduler.register_job(
                f"alarms.{code}",
                period_seconds=watch.PERIOD_SECONDS,
                persona=Persona.MNT,
                run=partial(watch.look, code),
            )
