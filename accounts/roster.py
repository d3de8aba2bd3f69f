"""Changes to who may sign in: creating, editing, disabling and enabling people."""

from datetime import datetime
from typing import Unpack

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import credentials, groups, persons
from accounts.models import Group, User
from console import audit
from console.plain_text import refuse_unusual_user_name

FIRST_ADMIN = "admin"


class UsernameRefused(persons.DirectoryError):
    """There is already a user with this name, or it has characters that user names do not have."""

    field = "username"


class GroupRefused(persons.DirectoryError):
    """There is no such group, or it is not for this kind of person."""

    field = "group"


class LastSuperAdmin(persons.DirectoryError):
    """Nobody would be left who may do everything."""


class OwnAccount(persons.DirectoryError):
    """People do not disable the account they are signed in with."""


class FirstDetails(persons.Details, total=False):
    """What a new person may come with."""

    must_change_password: bool


def create_user(
    *,
    username: str,
    password: str,
    group: str,
    actor: str,
    now: datetime,
    address: str = "",
    **details: Unpack[FirstDetails],
) -> User:
    """Create a person in a group; an admin group makes an administrator, an identity group an internal user.

    A new password is asked for at the first sign-in unless `must_change_password` is False. Raises
    UsernameRefused, PasswordRefused, GroupRefused, DetailRefused.
    """
    row = _group(group)
    user = User(username=username.strip(), kind=_kind_for(row), created_at=now, password_changed_at=now)
    user.must_change_password = details.pop("must_change_password", True)
    persons.set_details(user, details)
    refuse_username(user.username)
    credentials.set_first(user, password)
    with transaction.atomic():
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise UsernameRefused(_("There is already a user with this name.")) from error
        user.groups.set([row])
        after = persons.described(user)
        audit.record(
            actor=actor,
            action="user.create",
            target=persons.target(user),
            after=after,
            now=now,
            address=address,
        )
    return user


def ensure_first_admin(*, password: str, now: datetime, username: str = FIRST_ADMIN) -> bool:
    """Make sure that a newcomer can sign in; return whether `password` is what opens the console now.

    Creates the first Super Admin when there is none. One that nobody has ever signed in as gets the new
    password, because the start that showed the earlier one may have been interrupted. It is checked like
    any other and must be changed at the first sign-in.
    """
    super_admins = list(User.objects.super_admins()[:2])
    if not super_admins:
        create_user(username=username, password=password, group=groups.SUPER_ADMIN, actor="system", now=now)
        return True
    first = super_admins[0]
    if len(super_admins) > 1 or first.username != username or first.last_login is not None:
        return False
    credentials.reset_password(username=username, password=password, actor="system", now=now)
    return True


def change_details(
    *,
    username: str,
    group: str,
    actor: str,
    now: datetime,
    address: str = "",
    **details: Unpack[persons.Details],
) -> User:
    """Change a person's names, address, group or alarm mails; another group ends the person's sessions.

    Raises UserUnknown, GroupRefused, DetailRefused, LastSuperAdmin.
    """
    with transaction.atomic():
        super_admins = _locked_super_admins()
        user = persons.lock(username)
        before = persons.described(user)
        persons.set_details(user, details)
        if user.group_names != [group]:
            _move(user, group, super_admins)
        user.save()
        after = persons.described(persons.find(username))
        changed = [name for name in after if after[name] != before[name]]
        if changed:
            audit.record(
                actor=actor,
                action="user.edit",
                target=persons.target(user),
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
                now=now,
                address=address,
            )
    return user


def disable(*, username: str, actor: str, now: datetime, address: str = "") -> User:
    """Keep a person from signing in and end the person's sessions.

    Raises UserUnknown, LastSuperAdmin, OwnAccount.
    """
    with transaction.atomic():
        super_admins = _locked_super_admins()
        user = persons.lock(username)
        if user.username == actor:
            raise OwnAccount(_("You cannot disable your own account."))
        _refuse_losing_the_last(user, super_admins)
        _switch(user, is_enabled=False, actor=actor, now=now, address=address)
    return user


def enable(*, username: str, actor: str, now: datetime, address: str = "") -> User:
    """Let a disabled person sign in again; raises UserUnknown."""
    with transaction.atomic():
        user = persons.lock(username)
        _switch(user, is_enabled=True, actor=actor, now=now, address=address)
    return user


def is_last_super_admin(username: str) -> bool:
    """Say whether a person is the only enabled Super Admin."""
    holders = User.objects.enabled().super_admins()
    return [holder.username.lower() for holder in holders[:2]] == [username.lower()]


def refuse_username(username: str) -> None:
    """Raise UsernameRefused for a name that is taken or has characters that user names do not have."""
    try:
        refuse_unusual_user_name(username)
    except ValidationError as error:
        raise UsernameRefused(*error.messages) from error
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameRefused(_("There is already a user with this name."))


def refuse_move(user: User, group: str) -> None:
    """Raise GroupRefused or LastSuperAdmin for a group that a person cannot be moved to as things stand."""
    if user.group_names != [group]:
        _group_to_move_to(user, group, list(User.objects.enabled().super_admins()[:2]))


def _group_to_move_to(user: User, group: str, super_admins: list[User]) -> Group:
    row = _group(group)
    if _kind_for(row) != user.kind:
        raise GroupRefused(_("This group is for another kind of user."))
    _refuse_losing_the_last(user, super_admins)
    return row


def _move(user: User, group: str, super_admins: list[User]) -> None:
    row = _group_to_move_to(user, group, super_admins)
    user.begin_session_epoch()
    user.groups.set([row])


def _switch(user: User, *, is_enabled: bool, actor: str, now: datetime, address: str) -> None:
    if user.is_enabled == is_enabled:
        return
    user.is_enabled = is_enabled
    user.begin_session_epoch()
    user.save(update_fields=["is_enabled", "session_epoch"])
    action = "user.enable" if is_enabled else "user.disable"
    audit.record(actor=actor, action=action, target=persons.target(user), now=now, address=address)


def _locked_super_admins() -> list[User]:
    """Lock the enabled Super Admins before anybody else, so that two of them cannot remove each other."""
    return list(User.objects.select_for_update(of=("self",)).enabled().super_admins().order_by("pk"))


def _refuse_losing_the_last(user: User, super_admins: list[User]) -> None:
    if super_admins == [user]:
        raise LastSuperAdmin(_("This is the last enabled Super Admin. Make another one first."))


def _group(name: str) -> Group:
    row = Group.objects.filter(name=name).first()
    if row is None:
        raise GroupRefused(_("There is no group with this name."))
    return row


def _kind_for(group: Group) -> User.Kind:
    return User.Kind.ADMIN if group.kind == Group.Kind.ADMIN else User.Kind.INTERNAL
