"""The portals that people open by path, and what each has of its own: cookie, door and sign-in page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.groups import SPONSOR_PERMISSION
from accounts.models import CHANGE_OWN_PASSWORD, User
from console import access


@dataclass(frozen=True)
class Portal:
    """One portal; `prefix` is the first segment of its paths."""

    name: str
    prefix: str
    home: str
    sign_in: str
    change_password: str
    no_entry: Any

    @property
    def cookie_name(self) -> str:
        """The session cookie that only this portal reads."""
        return f"{settings.COOKIE_PREFIX}ise_{self.name}"

    def admits(self, user: User) -> bool:
        """Say whether a person has anything to open here."""
        if self.name == "sponsor":
            return user.has_permission(SPONSOR_PERMISSION)
        own = {SPONSOR_PERMISSION, CHANGE_OWN_PASSWORD}
        return any(user.has_permission(name) for name in access.declared() if name not in own)


CONSOLE = Portal(
    name="console",
    prefix="",
    home="/",
    sign_in="accounts:sign-in",
    change_password="accounts:password-change",  # noqa: S106 (an address's name)
    no_entry=_("Your account has no access to the console. If you are a sponsor, use the sponsor portal."),
)
SPONSOR = Portal(
    name="sponsor",
    prefix="sponsor",
    home="/sponsor/",
    sign_in="accounts:sponsor-sign-in",
    change_password="accounts:sponsor-password-change",  # noqa: S106 (an address's name)
    no_entry=_("Your account has no access to the sponsor portal."),
)
GUEST = Portal(
    name="guest",
    prefix="guest",
    home="/guest/",
    sign_in="",
    change_password="",
    no_entry="",
)
_BY_PREFIX = {portal.prefix: portal for portal in (SPONSOR, GUEST)}


def portal_of(path: str) -> Portal:
    """Return the portal that a path belongs to; whatever is no other portal's is the console's."""
    return _BY_PREFIX.get(path.split("/")[1] if "/" in path else "", CONSOLE)
