"""Start-up of the sandbox app: its permission, and its pages in the menu where it runs."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console import access, menu


class SandboxConfig(AppConfig):
    """The sandbox app."""

    name = "sandbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the permission everywhere, and place the pages only where the sandbox runs."""
        access.declare("sandbox.view", _("See the sandbox inbox"))
        if not settings.ISE_MAIL_SANDBOX:
            return
        place = "operations/sandbox-inbox"
        menu.place(
            place,
            label=_("Sandbox inbox"),
            url_name="sandbox:inbox",
            permission="sandbox.view",
            icon="inbox",
            order=90,
        )
        menu.place(
            "operations/sandbox-relay",
            label=_("Sandbox relay"),
            url_name="sandbox:guide",
            permission="sandbox.view",
            icon="server",
            order=91,
        )
        menu.place(
            f"{place}/mail",
            label=_("Mail"),
            url_name="sandbox:mail",
            permission="sandbox.view",
            in_nav=False,
        )
