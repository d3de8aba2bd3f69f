"""The directory of people: who exists, how to reach them, and the changes made to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from accounts import groups, persons
from accounts.credentials import (
    Overtaken,
    PasswordRefused,
    WrongPassword,
    change_password,
    reset_password,
)
from accounts.models import Group, User
from accounts.persons import DetailRefused, DirectoryError, UserUnknown
from accounts.roster import (
    GroupRefused,
    LastSuperAdmin,
    OwnAccount,
    UsernameRefused,
    change_details,
    create_user,
    disable,
    enable,
    ensure_first_admin,
)

__all__ = [
    "DetailRefused",
    "DirectoryError",
    "GroupRefused",
    "LastSuperAdmin",
    "Overtaken",
    "OwnAccount",
    "PasswordRefused",
    "Recipient",
    "UserUnknown",
    "UsernameRefused",
    "WrongPassword",
    "alarm_recipients",
    "change_details",
    "change_password",
    "create_user",
    "disable",
    "display_name",
    "email_of",
    "enable",
    "ensure_first_admin",
    "identity_groups_of",
    "language_of",
    "reset_password",
    "sponsor_addresses_in",
    "sponsors",
]


@dataclass(frozen=True)
class Recipient:
    """Somebody a mail can be sent to."""

    username: str
    email: str
    language: str


def alarm_recipients() -> list[Recipient]:
    """Return the enabled administrators who asked for system alarms in emails and have an address."""
    people = User.objects.enabled().of_kind(User.Kind.ADMIN).filter(include_system_alarms=True).reachable()
    return [Recipient(user.username, user.email, user.language) for user in people]


def sponsors() -> list[Recipient]:
    """Return the enabled people who may open the sponsor portal; the address may be empty."""
    people = User.objects.enabled().of_kind(User.Kind.INTERNAL).prefetch_related("groups")
    return [
        Recipient(user.username, user.email, user.language)
        for user in people
        if user.has_permission(groups.SPONSOR_PERMISSION)
    ]


def sponsor_addresses_in(domains: Iterable[str], most: int) -> list[str]:
    """Return the first addresses of enabled sponsors that lie in or below some domains, by user name."""
    people = User.objects.enabled().of_kind(User.Kind.INTERNAL).with_address_in(domains)
    sponsors_there = (user for user in people if user.has_permission(groups.SPONSOR_PERMISSION))
    return [user.email for user in islice(sponsors_there, most)]


def identity_groups_of(username: str) -> list[str]:
    """Return the names of the identity groups an internal user is in; raises UserUnknown."""
    person = persons.find(username)
    return list(person.groups.filter(kind=Group.Kind.IDENTITY).values_list("name", flat=True))


def display_name(username: str) -> str:
    """Return how to address a person: first and last name, or the user name; raises UserUnknown."""
    return persons.find(username).full_name


def email_of(username: str) -> str:
    """Return a person's address, or "" when none is known; raises UserUnknown."""
    return persons.find(username).email


def language_of(username: str) -> str:
    """Return the language a person chose, or "" when none was chosen; raises UserUnknown."""
    return persons.find(username).language
