"""The accounts of a newcomer: a first admin, and in the sandbox a sponsor to try the sponsor portal with."""

import secrets
from datetime import datetime
from pathlib import Path

from accounts import directory

SPONSOR = "sponsor"
SPONSOR_GROUP = "ALL_ACCOUNTS (default)"
SPONSOR_ADDRESS = "sponsor@sandbox.test"

_GROUPS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789")
"""Characters that nobody takes for one another on a terminal."""


def first_password() -> str:
    """Return a password of 16 characters in groups of four, with letters of both cases and digits."""
    while True:
        drawn = "".join(secrets.choice("".join(_GROUPS)) for _ in range(16))
        if all(set(drawn) & set(group) for group in _GROUPS):
            return "-".join(drawn[start : start + 4] for start in range(0, 16, 4))


def make_admin(*, now: datetime) -> str | None:
    """Make the first admin and return its password, or None when there is an admin already."""
    password = first_password()
    return password if directory.ensure_first_admin(password=password, now=now) else None


def make_sponsor(folder: Path, *, now: datetime) -> str | None:
    """Make the sandbox's sponsor once per data folder and return its password, None when it was made before.

    A sponsor that an admin has deleted since is not made again.
    """
    marker = folder / "sponsor-made"
    if marker.exists():
        return None
    password = first_password()
    directory.create_user(
        username=SPONSOR,
        password=password,
        group=SPONSOR_GROUP,
        email=SPONSOR_ADDRESS,
        first_name="Sandbox",
        last_name="Sponsor",
        must_change_password=False,
        actor="sandbox",
        now=now,
    )
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    return password
