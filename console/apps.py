"""Start-up of the console app: the menu's own headings, its permissions and checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from console import access, audit_objects, menu


class ConsoleConfig(AppConfig):
    """The frame every page hangs in."""

    name = "console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the frame's permissions and place its headings and pages."""
        from console import checks  # noqa: F401  (registers itself)

        access.declare("dashboard.view", _("See the dashboard"))
        access.declare("dashboard.edit", _("Put the first-run checklist away"))
        access.declare("audit.view", _("See the audit"))
        audit_objects.declare("checklist", _("checklist"))
        menu.place(
            "dashboard",
            label=_("Dashboard"),
            url_name="console:dashboard",
            permission="dashboard.view",
            icon="dashboard",
            order=10,
        )
        menu.place("operations", label=_("Operations"), order=20)
        menu.place("work-centers", label=_("Work centers"), order=30)
        menu.place("administration", label=_("Administration"), order=40)
        menu.place("administration/system", label=_("System"), icon="settings", order=10)
        menu.place(
            "administration/system/audit",
            label=_("Audit"),
            url_name="console:audit",
            permission="audit.view",
            order=90,
        )
        menu.place(
            "administration/system/audit/event",
            label=_("Event"),
            url_name="console:audit-event",
            in_nav=False,
        )
