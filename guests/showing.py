"""Showing a new password once: it travels sealed in the visitor's session from the form to the next page."""

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from console import secrets
from guests.models import GuestAccount

_KEY = "password_to_show"


def keep(session: SessionBase, account: GuestAccount, password: str) -> None:
    """Keep the password for the page that comes next in this session."""
    sealed = secrets.seal(password, context=_context(account))
    session[_KEY] = {**session.get(_KEY, {}), str(account.pk): sealed}


def take(session: SessionBase, account: GuestAccount, *, now: datetime) -> str | None:
    """Return the password to show and let it go, or None when it was shown before.

    The account's row remembers the showing, so that of two requests in flight one shows it. Raises
    console.secrets.SecretsError when the seal does not open.
    """
    kept = session.get(_KEY, {})
    sealed = kept.pop(str(account.pk), None)
    if sealed is None:
        return None
    session[_KEY] = kept
    unshown = GuestAccount.objects.filter(pk=account.pk, password_shown_at=None)
    is_first = unshown.update(password_shown_at=now) == 1
    return secrets.unseal(sealed, context=_context(account)) if is_first else None


def _context(account: GuestAccount) -> str:
    return f"guest/{account.pk}/shown"
