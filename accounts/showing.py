"""Showing a new password once: it travels sealed in the administrator's session to the next page."""

from django.contrib.sessions.backends.base import SessionBase

from console import secrets

_KEY = "passwords_to_show"


def keep(session: SessionBase, person_id: int, password: str) -> None:
    """Keep the password for the page that comes next in this session."""
    sealed = secrets.seal(password, context=_context(person_id))
    session[_KEY] = {**session.get(_KEY, {}), str(person_id): sealed}


def take(session: SessionBase, person_id: int) -> str | None:
    """Return the password to show and let it go, or None when it was shown before.

    Raises console.secrets.SecretsError when the seal does not open.
    """
    kept = dict(session.get(_KEY, {}))
    sealed = kept.pop(str(person_id), None)
    if sealed is None:
        return None
    session[_KEY] = kept
    return secrets.unseal(sealed, context=_context(person_id))


def _context(person_id: int) -> str:
    return f"user/{person_id}/shown"
