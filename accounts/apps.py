"""Start-up of the accounts app: what it registers with the floors below."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from console import access, menu


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
        _place_pages()


def _place_pages() -> None:
    menu.place("administration/system", label=_("System"), icon="settings", order=10)


def _create_built_in_groups(using: str, **_kwargs: Any) -> None:
    """Create the groups that are missing; what an administrator changed in one stays."""
    from accounts.groups import BUILT_IN
    from accounts.models import Group

    for group in BUILT_IN:
        Group.objects.using(using).get_or_create(
            name=group.name, defaults={"kind": group.kind, "permissions": list(group.rules)}
        )
