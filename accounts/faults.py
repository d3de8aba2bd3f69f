"""All that speaks against a new person or a change of one, at once and by field; nothing is saved."""

from collections.abc import Callable
from copy import copy
from typing import Unpack

from accounts import passwords, persons, roster
from accounts.models import User

Faults = dict[str, list[str]]


def of_new_person(*, username: str, password: str, kind: str, **details: Unpack[persons.Details]) -> Faults:
    """Return why create_user would refuse a person of this kind; an empty password is not judged."""
    user = User(username=username.strip(), kind=kind)
    faults = persons.put_details(user, details)
    _add(faults, lambda: roster.refuse_username(user.username))
    if password:
        faults["password"] = passwords.reasons_against(password, user=user)
    return faults


def of_change(*, user: User, group: str, **details: Unpack[persons.Details]) -> Faults:
    """Return why change_details would refuse a change; "" stands for what is no single field's fault."""
    faults = persons.put_details(copy(user), details)
    _add(faults, lambda: roster.refuse_move(user, group))
    return faults


def _add(faults: Faults, check: Callable[[], None]) -> None:
    try:
        check()
    except persons.DirectoryError as error:
        faults[error.field or ""] = error.reasons
