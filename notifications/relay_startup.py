"""What the SMTP server registers at start-up: permissions, menu, checklist, checks and a pass."""

from django.utils.translation import gettext_lazy as _

from certificates import truststore
from console import access, audit_objects, checklist, menu
from deployment import keys, scheduler
from notifications import relay, relay_chain, relay_checks

_SETTINGS = "administration/system/settings"
CHECKS = relay_checks


def register() -> None:
    """Register everything; called once by the app."""
    access.declare("smtp.view", _("See the SMTP server"))
    access.declare("smtp.edit", _("Change the SMTP server"))
    access.declare("smtp.test", _("Test the connection to an SMTP server"))
    audit_objects.declare("SMTP server", _("SMTP server"))
    _place_page()
    checklist.register(
        "relay",
        order=10,
        title=_("Enter the SMTP server"),
        text=_("Every mail leaves through one relay: say which one, and test the connection."),
        url_name="notifications:smtp-server",
        is_done=relay.is_configured,
    )
    scheduler.register_pass("smtp.tests", relay.give_up)
    keys.register_source("SMTP server", relay.key_ids_in_use)
    truststore.register_purpose(relay_chain.PURPOSE)


def _place_page() -> None:
    menu.place("administration", label=_("Administration"), order=40)
    menu.place("administration/system", label=_("System"), icon="settings", order=10)
    menu.place(_SETTINGS, label=_("Settings"), icon="settings", order=30)
    menu.place(f"{_SETTINGS}/proxy", label=_("Proxy"), order=10)
    menu.place(
        f"{_SETTINGS}/proxy/smtp-server",
        label=_("SMTP server"),
        url_name="notifications:smtp-server",
        permission="smtp.view",
        order=10,
    )
