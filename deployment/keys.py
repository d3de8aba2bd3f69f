"""Which keys of the ring are in use; a node that lacks one of them could not open what others sealed."""

from collections.abc import Callable, Iterable

from django.conf import settings

from console import secrets

Source = Callable[[], Iterable[str]]
_sources: dict[str, Source] = {}


class RingIncomplete(Exception):
    """This node's key ring lacks keys that are in use; the text names them, their users and the remedy."""


def register_source(name: str, key_ids: Source) -> None:
    """Have `key_ids()` asked for the ids of the keys with which an app's rows are sealed or signed.

    `name` says to an admin what those rows are, such as "audit".
    """
    _sources[name] = key_ids


def used() -> dict[str, list[str]]:
    """Return the ids of all keys in use, each with the names of what uses it."""
    users: dict[str, list[str]] = {}
    for name, key_ids in _sources.items():
        for key_id in sorted(set(key_ids()) - {""}):
            users.setdefault(key_id, []).append(name)
    return users


def missing() -> dict[str, list[str]]:
    """Return the keys in use that this node's ring lacks, as `used` does; raises KeyRingBroken."""
    held = set(secrets.ring().ids)
    return {key_id: users for key_id, users in used().items() if key_id not in held}


def require_all() -> None:
    """Return when the ring holds every key in use; raises RingIncomplete or KeyRingBroken."""
    lacking = missing()
    if lacking:
        keys = ", ".join(f"{key_id} ({', '.join(users)})" for key_id, users in sorted(lacking.items()))
        raise RingIncomplete(
            f"The key ring {settings.ISE_MAIL_KEYRING} of node {settings.ISE_MAIL_NODE} lacks keys that are"
            f" in use: {keys}. Give this node the ring that the other nodes hold and start it again."
        )
