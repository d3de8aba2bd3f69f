"""Which passwords are taken, and passwords made on the spot."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

MAX_LENGTH = 128
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GENERATED_LENGTH = 16


def reasons_against(password: str, *, user: User) -> list[str]:
    """Return why a password is not good enough for a person, in sentences; an empty list when it is."""
    found = []
    if len(password) > MAX_LENGTH:
        found.append(_("This password is too long. It must contain at most %d characters.") % MAX_LENGTH)
    if "\0" in password:
        found.append(_("Null characters are not allowed."))
    if user.password and user.check_password(password):
        found.append(_("This is the password you have now. Choose another one."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        found.extend(error.messages)
    return found


def generate() -> str:
    """Return a new password of letters and digits that are not mistaken for each other (92 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _position in range(_GENERATED_LENGTH))
