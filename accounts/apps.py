"""Start-up of the accounts app: what it registers with the floors below."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from console import access, audit_objects, menu


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare permissions, place the pages, and see to the built-in groups after each migration."""
        post_migrate.connect(_create_built_in_groups, sender=self)
        access.sign_in_at("sponsor", "accounts:sponsor-sign-in")
        access.declare("password.change", _("Change one's own password"))
        access.declare("sponsor.portal", _("Use the sponsor portal"))
        access.declare("users.view", _("See users and administrators"))
        access.declare("users.edit", _("Create and change users and administrators"))
        access.declare("password_policy.edit", _("Change the password policy"))
        audit_objects.declare("user:(?P<name>.*)", _("user:%(name)s"))
        audit_objects.declare("portal:(?P<name>.+)", _("portal:%(name)s"))
        audit_objects.declare("password policy", _("password policy"))
        _place_pages()
        _register_jobs()


def _place_pages() -> None:
    access_path = "administration/system/admin-access"
    menu.place(access_path, label=_("Admin access"), icon="user-check", order=60)
    _place_people(
        f"{access_path}/administrators", "administrator", _("Administrators"), _("New administrator")
    )
    menu.place(
        f"{access_path}/password-policy",
        label=_("Password policy"),
        url_name="accounts:password-policy",
        permission="password_policy.edit",
        icon="key",
        order=20,
    )
    menu.place("administration/identity-management", label=_("Identity management"), icon="id", order=20)
    identities = "administration/identity-management/identities"
    menu.place(identities, label=_("Identities"), icon="users", order=10)
    _place_people(f"{identities}/users", "user", _("Users"), _("New user"))


def _place_people(path: str, url_prefix: str, label: Any, add_label: Any) -> None:
    """Place a list of people and, out of the menu, the pages below it."""
    menu.place(
        path,
        label=label,
        url_name=f"accounts:{url_prefix}-list",
        permission="users.view",
        icon="users",
        order=10,
    )
    for page, page_label in (
        ("add", add_label),
        ("edit", _("Details")),
        ("reset-password", _("Reset password")),
    ):
        menu.place(
            f"{path}/{page}",
            label=page_label,
            url_name=f"accounts:{url_prefix}-{page}",
            permission="users.edit",
            in_nav=False,
        )


def _register_jobs() -> None:
    from accounts import directory, reminders, tidying
    from deployment.personas import Persona
    from deployment.scheduler import register_job
    from notifications import categories, outbox, senders

    register_job(
        "accounts.password-reminders",
        period_seconds=reminders.PERIOD_SECONDS,
        persona=Persona.PAN,
        run=reminders.post_password_reminders,
    )
    register_job(
        "accounts.tidy",
        period_seconds=tidying.PERIOD_SECONDS,
        persona=Persona.PAN,
        run=tidying.forget_what_is_over,
    )
    outbox.register_recheck(categories.PASSWORD_EXPIRY, reminders.is_still_wanted)
    senders.register_sponsor_search(directory.sponsor_addresses_in)


def _create_built_in_groups(using: str, **_kwargs: Any) -> None:
    """Create the groups that are missing; what an administrator changed in one stays."""
    from accounts.groups import BUILT_IN
    from accounts.models import Group

    for group in BUILT_IN:
        Group.objects.using(using).get_or_create(
            name=group.name, defaults={"kind": group.kind, "permissions": list(group.rules)}
        )
