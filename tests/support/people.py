"""The named people of the tests: ada (super admin), hana (helpdesk), sami (sponsor), gita (guest)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.test import Client

from accounts import directory
from accounts.models import User
from accounts.portals import CONSOLE, SPONSOR, Portal

PASSWORD = "quiet-harbor-lantern-82"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Guest:
    """A visitor, who is no user of the directory."""

    first_name: str = "Gita"
    last_name: str = "Rao"
    email: str = "gita.rao@example.org"
    phone: str = "+1 408 555 0199"
    company: str = "Rao Design"


def ada() -> User:
    """Return ada, a Super Admin who receives system alarms."""
    return _person("ada", "Super Admin", "Ada", "Byron", include_system_alarms=True)


def omar() -> User:
    """Return omar, a System Admin."""
    return _person("omar", "System Admin", "Omar", "Haddad")


def hana() -> User:
    """Return hana of the helpdesk, who may look at everything and change nothing."""
    return _person("hana", "Helpdesk Admin", "Hana", "Kim")


def sami() -> User:
    """Return sami, a sponsor who may manage all guest accounts."""
    return _person("sami", "ALL_ACCOUNTS (default)", "Sami", "Lund")


def gita() -> Guest:
    """Return gita, who asks for a guest account."""
    return Guest()


def in_group(group: str) -> User:
    """Return a person in any group, named after it."""
    name = "".join(letter for letter in group.lower() if letter.isalnum())
    return _person(name, group, name.title(), "Test")


def client_for(user: User, *, portal: Portal | None = None) -> Client:
    """Return a client with the user signed in: to the sponsor portal a sponsor, to the console the others."""
    client = Client()
    client.force_login(user, backend=_BACKEND)
    session = client.cookies.pop(settings.SESSION_COOKIE_NAME)
    if portal is None:
        portal = CONSOLE if user.kind == User.Kind.ADMIN else SPONSOR
    client.cookies[portal.cookie_name] = session.value
    return client


def _person(name: str, group: str, first_name: str, last_name: str, **details: bool) -> User:
    known = User.objects.filter(username=name).first()
    if known is not None:
        return known
    return directory.create_user(
        username=name,
        password=PASSWORD,
        group=group,
        first_name=first_name,
        last_name=last_name,
        email=f"{name}@testlab.com",
        must_change_password=False,
        actor="tests",
        now=datetime.now(UTC),
        **details,
    )
