"""Start-up of the guests app: what it registers with the floors below."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from console import access, audit_objects, menu

_GUEST_ACCESS = "work-centers/guest-access"
_PORTALS = f"{_GUEST_ACCESS}/portals"
_SELF_REGISTERED = f"{_PORTALS}/guest-portals/self-registered"


class GuestsConfig(AppConfig):
    """The guests app."""

    name = "guests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions, names, places in the menu, periodic work and what a mail is asked last."""
        from guests import builtin

        post_migrate.connect(builtin.make_built_in, sender=self)
        access.declare("portals.view", _("See guest portals, guest types and their emails"))
        access.declare("portals.edit", _("Change guest portals and guest types"))
        access.declare("sponsor.portal", _("Use the sponsor portal"))
        audit_objects.declare("guest type:(?P<name>.+)", _("guest type:%(name)s"), name=builtin.name_in_words)
        audit_objects.declare("guest:(?P<id>.+)", _("guest:%(id)s"))
        _place_pages()
        _register_work()


def _place_pages() -> None:
    menu.place(_GUEST_ACCESS, label=_("Guest access"), icon="wifi", order=10)
    menu.place(_PORTALS, label=_("Portals & components"), icon="template", order=10)
    menu.place(
        f"{_PORTALS}/guest-portals",
        label=_("Guest portals"),
        url_name="guests:portal-list",
        permission="portals.view",
        order=10,
    )
    menu.place(
        f"{_PORTALS}/guest-types",
        label=_("Guest types"),
        url_name="guests:type-list",
        permission="portals.view",
        order=20,
    )
    menu.place(
        f"{_PORTALS}/guest-types/type",
        label=_("Guest type"),
        url_name="guests:type-edit",
        permission="portals.view",
        in_nav=False,
    )
    menu.place(
        _SELF_REGISTERED,
        label=_("Self-Registered Guest Portal (default)"),
        url_name="guests:portal-settings",
        permission="portals.view",
    )
    menu.place(f"{_SELF_REGISTERED}/customization", label=_("Portal page customization"))
    menu.place(f"{_SELF_REGISTERED}/customization/notifications", label=_("Notifications"))
    menu.place(
        f"{_SELF_REGISTERED}/customization/notifications/email",
        label=_("Email"),
        url_name="guests:portal-email",
        permission="portals.view",
    )


def _register_work() -> None:
    from deployment.personas import Persona
    from deployment.scheduler import register_job, register_pass
    from guests import credentials, expiry, sponsorship
    from notifications import categories, outbox

    register_job(
        "guest expiry notices", period_seconds=60, persona=Persona.PAN, run=expiry.post_expiry_notices
    )
    register_job("guest expiry", period_seconds=60, persona=Persona.PAN, run=expiry.mark_expired)
    register_pass("guest passwords", credentials.erase_served_passwords)
    outbox.register_recheck(categories.GUEST_CREDENTIALS, sponsorship.is_still_wanted)
    outbox.register_recheck(categories.GUEST_EXPIRY, expiry.is_still_wanted)
