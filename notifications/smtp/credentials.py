"""What a sign-in can carry: how long a user name and a password may be, and of which characters."""

from __future__ import annotations

from typing import Final

MAX_USER_LENGTH: Final = 320
"""The longest address: 64 octets, an @ and 255 more (RFC 5321 4.5.3.1)."""
MAX_PASSWORD_LENGTH: Final = 1000


class CredentialsRefused(Exception):
    """No sign-in can carry this; `reason` is CONTROL, USER_TOO_LONG or PASSWORD_TOO_LONG."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_user(user: str) -> None:
    """Return when a sign-in can carry the user name; raises CredentialsRefused."""
    _check(user, MAX_USER_LENGTH, "USER_TOO_LONG")


def check_password(password: str) -> None:
    """Return when a sign-in can carry the password; raises CredentialsRefused."""
    _check(password, MAX_PASSWORD_LENGTH, "PASSWORD_TOO_LONG")


def _check(text: str, longest: int, too_long: str) -> None:
    if len(text) > longest:
        raise CredentialsRefused(too_long)
    if not text.isprintable():
        raise CredentialsRefused("CONTROL")
