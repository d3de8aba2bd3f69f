"""A guest's user name and password: how they are made, and how long the password is held."""

import re
import secrets as randomness
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password

from console import secrets
from guests import letters
from guests.models import GuestAccount

HELD_FOR = timedelta(hours=24)
PASSWORD_LENGTH = 12
_SHORTEST_USER_NAME = 4
_LONGEST_USER_NAME = 40
_LOWER = "abcdefghjkmnpqrstuvwxyz"
_UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
ALPHABET = _LOWER + _UPPER + _DIGITS


def new_password() -> str:
    """Return a password of 12 letters and digits that cannot be mistaken for one another.

    It holds a small letter, a capital and a digit, which leaves about 68 bits of chance.
    """
    while True:
        password = "".join(randomness.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))
        if all(any(sign in kind for sign in password) for kind in (_LOWER, _UPPER, _DIGITS)):
            return password


def user_name_stem(first_name: str, last_name: str) -> str:
    """Return the user name ISE would begin with: first initial and last name, plain small letters."""
    stem = f"{_plain(first_name)[:1]}{_plain(last_name)}"
    return stem[:_LONGEST_USER_NAME] or "guest"


def candidates(stem: str) -> Iterator[str]:
    """Yield the stem and then the stem with a number; a short stem has a number from the start."""
    if len(stem) >= _SHORTEST_USER_NAME:
        yield stem
    number = 1
    while True:
        yield f"{stem}{number:03}"
        number += 1


def free_user_name(first_name: str, last_name: str) -> str:
    """Return a user name nobody has at this moment."""
    stem = user_name_stem(first_name, last_name)
    taken = set(GuestAccount.objects.filter(user_name__startswith=stem).values_list("user_name", flat=True))
    return next(name for name in candidates(stem) if name not in taken)


def issue(account: GuestAccount, *, now: datetime) -> str:
    """Give the account a new password, hashed for good and sealed for a day; return it. Does not save."""
    password = new_password()
    account.password_hash = make_password(password)
    account.sealed_password = secrets.seal(password, context=_context(account.pk))
    account.password_held_until = now + HELD_FOR
    account.password_shown_at = None
    return password


def held_password(account: GuestAccount) -> str | None:
    """Return the password while it is still sealed in the row, else None.

    Raises console.secrets.SecretsError when the seal does not open.
    """
    if not account.sealed_password:
        return None
    return secrets.unseal(account.sealed_password, context=_context(account.pk))


def has_served(account: GuestAccount, *, now: datetime) -> bool:
    """Say whether the held password is no longer needed: the relay has the mail, or a day has passed."""
    if account.password_held_until is not None and account.password_held_until <= now:
        return True
    mail = letters.state_of(account)
    return mail is not None and mail.sent_at is not None


def erase_served_passwords(now: datetime) -> int:
    """Erase the sealed passwords that have served; return how many."""
    erased = 0
    for account in GuestAccount.objects.holding_password().iterator(chunk_size=500):
        if has_served(account, now=now):
            erased += GuestAccount.objects.filter(
                pk=account.pk, sealed_password=account.sealed_password
            ).update(sealed_password="", password_held_until=None)
    return erased


def is_password(account: GuestAccount, password: str) -> bool:
    """Say whether `password` is the account's own."""
    return check_password(password, account.password_hash)


def _context(account_id: UUID) -> str:
    return f"guest/{account_id}/password"


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", decomposed)
