"""Passwords of people: set by an administrator, changed by their owner, checked against the rules."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import passwords, persons
from accounts.models import User
from console import audit


class PasswordRefused(persons.DirectoryError):
    """The new password breaks a rule."""

    field = "password"


class WrongPassword(persons.DirectoryError):
    """The current password is not what was typed."""

    field = "old_password"


class Overtaken(persons.DirectoryError):
    """Somebody else changed the password in the meantime."""


@dataclass(frozen=True)
class Change:
    """What the audit keeps of a new password."""

    action: str
    actor: str
    at: datetime
    address: str


def set_first(user: User, password: str) -> None:
    """Put a first password into a row that is not saved yet; raises PasswordRefused."""
    reasons = passwords.reasons_against(password, user=user)
    if reasons:
        raise PasswordRefused(*reasons)
    user.set_password(password)


def reset_password(*, username: str, password: str, actor: str, now: datetime, address: str = "") -> User:
    """Give a person another password that must be changed at the next sign-in; end the person's sessions.

    Raises UserUnknown, PasswordRefused, Overtaken.
    """
    user = persons.find(username)
    seen = user.password
    set_first(user, password)
    user.must_change_password = True
    return _replace(user, seen, Change("user.reset_password", actor, now, address))


def change_password(
    *, username: str, old_password: str, password: str, actor: str, now: datetime, address: str = ""
) -> User:
    """Change a person's own password; end the person's other sessions.

    Raises UserUnknown, WrongPassword, PasswordRefused, Overtaken.
    """
    user = persons.find(username)
    seen = user.password
    if not user.check_password(old_password):
        raise WrongPassword(_("This is not your current password."))
    set_first(user, password)
    user.must_change_password = False
    return _replace(user, seen, Change("user.change_password", actor, now, address))


def demand_change(*, username: str, actor: str, now: datetime) -> None:
    """Ask a person for a new password at the next page, because the current one has ended.

    Raises UserUnknown.
    """
    with transaction.atomic():
        user = persons.lock(username)
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
        audit.record(actor=actor, action="user.password_ended", target=persons.target(user), now=now)


def _replace(user: User, seen: str, change: Change) -> User:
    """Store the new hash if the old one is still there: hashing took place outside the transaction."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, password=seen).update(
            password=user.password,
            password_changed_at=change.at,
            must_change_password=user.must_change_password,
            session_epoch=F("session_epoch") + 1,
        )
        if not changed:
            raise Overtaken(_("This password was changed in the meantime. Try again."))
        audit.record(
            actor=change.actor,
            action=change.action,
            target=persons.target(user),
            now=change.at,
            address=change.address,
        )
    user.refresh_from_db()
    return user
