"""One person's row: found by user name, checked, and described for the audit."""

from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from console import audit
from notifications.mail.address import AddressRefused, clean_mailbox


class DirectoryError(Exception):
    """A change was refused; `field` names what is wrong and `reasons` are sentences for the reader."""

    field: str | None = None

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


class UserUnknown(DirectoryError):
    """Nobody has this user name."""

    field = "username"


class DetailRefused(DirectoryError):
    """A name or an address cannot be used; `field` names it."""

    def __init__(self, field: str, *reasons: str) -> None:
        super().__init__(*reasons)
        self.field = field


class Details(TypedDict, total=False):
    """What else is known of a person."""

    email: str
    first_name: str
    last_name: str
    language: str
    include_system_alarms: bool


def find(username: str) -> User:
    """Return a person; raises UserUnknown."""
    return _first(User.objects.filter(username__iexact=username).first())


def lock(username: str) -> User:
    """Return a person with the row locked until the transaction ends; raises UserUnknown."""
    return _first(User.objects.select_for_update().filter(username__iexact=username).first())


def set_details(user: User, details: Details) -> None:
    """Put details into the row, which the caller saves; raises DetailRefused."""
    for field, reasons in put_details(user, details).items():
        raise DetailRefused(field, *reasons)


def put_details(user: User, details: Details) -> dict[str, list[str]]:
    """Put details into the row and return all that speaks against them, by field."""
    for name, value in details.items():
        setattr(user, name, value.strip() if isinstance(value, str) else value)
    faults: dict[str, list[str]] = {}
    try:
        user.email = clean_mailbox(user.email) if user.email else ""
    except AddressRefused:
        faults["email"] = [_("No email can be sent to this address.")]
    if user.language and user.language not in dict(settings.LANGUAGES):
        faults["language"] = [_("This language is not available.")]
    try:
        user.clean_fields(exclude=["password", *faults])
    except ValidationError as error:
        faults |= error.message_dict
    if user.include_system_alarms and user.kind != User.Kind.ADMIN:
        faults["include_system_alarms"] = [_("Only administrators receive system alarms.")]
    return faults


def described(user: User) -> dict[str, object]:
    """Return what the audit keeps of a person; never the password."""
    return {
        "kind": str(user.kind),
        "groups": user.group_names,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "language": user.language,
        "is_enabled": user.is_enabled,
        "include_system_alarms": user.include_system_alarms,
    }


def target(user: User) -> str:
    """Return the name under which the audit keeps changes of a person."""
    return f"user:{user.username}"


def set_language(*, user: User, language: str, now: datetime) -> None:
    """Remember the language in which a person reads pages and mails."""
    with transaction.atomic():
        before, user.language = user.language, language
        user.save(update_fields=["language"])
        audit.record(
            actor=user.username,
            action="user.set_language",
            target=target(user),
            before={"language": before},
            after={"language": language},
            now=now,
        )


def _first(user: User | None) -> User:
    if user is None:
        raise UserUnknown(_("There is no user with this name."))
    return user
