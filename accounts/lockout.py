"""Brute force: who has typed too many wrong passwords, from where, and for how long that shuts the door."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import persons, roster
from accounts.models import User
from console import audit, ratelimit
from console.access import address_of

ADDRESS_LIMIT = 100
ADDRESS_SECONDS = 15 * 60
NAME_LIMIT = 100
NAME_SECONDS = 60 * 60


def key_of(username: str) -> str:
    """Return what the counters keep in place of a user name.

    It is the same for every way of writing the name, and a digest, since people type passwords into
    the wrong field.
    """
    return hashlib.sha256(username.strip().lower().encode()).hexdigest()


def username_of(_request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the key under which django-axes counts an attempt (AXES_USERNAME_CALLABLE)."""
    return key_of(str((credentials or {}).get("username") or ""))


def answer(
    _request: HttpRequest, original_response: HttpResponse, _credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """Return the page that the sign-in view made for a locked-out visitor (AXES_LOCKOUT_CALLABLE)."""
    return original_response


def seconds_left(request: HttpRequest, username: str, *, now: datetime) -> int:
    """Return for how long a user name is shut for this address; 0 when it is not."""
    if AxesProxyHandler.is_allowed(request, {"username": username}):
        return 0
    attempts = AccessAttempt.objects.filter(username=key_of(username), ip_address=address_of(request) or None)
    latest = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or now
    wait: timedelta = latest + get_cool_off(request) - now
    return max(1, round(wait.total_seconds()))


def is_flooded(request: HttpRequest, username: str, *, now: datetime) -> bool:
    """Count one attempt against the slower limits of the address and of the name; say whether one is spent.

    The last Super Admin is never shut out by name alone.
    """
    address = ratelimit.take(
        key=f"sign-in/address/{address_of(request)}",
        limit=ADDRESS_LIMIT,
        per_seconds=ADDRESS_SECONDS,
        now=now,
    )
    name = ratelimit.take(key=_name_window(username), limit=NAME_LIMIT, per_seconds=NAME_SECONDS, now=now)
    return not address or (not name and not roster.is_last_super_admin(username))


def record_lock(request: HttpRequest, username: str, *, now: datetime) -> None:
    """Write into the audit that a user name was shut for an address.

    A name that nobody has is recorded without the name, which may be a password typed into the wrong
    field, but it is recorded: both cases cost the visitor the same time.
    """
    user = User.objects.filter(username__iexact=username).first()
    target = persons.target(user) if user else "user:"
    with transaction.atomic():
        audit.record(
            actor="system", action="sign_in.lock", target=target, address=address_of(request), now=now
        )


def unlock(*, username: str, actor: str, now: datetime) -> int:
    """Forget the wrong passwords typed for a person, from every address; return how many counters there were.

    Raises UserUnknown.
    """
    user = persons.find(username)
    with transaction.atomic():
        count: int = AxesProxyHandler.reset_attempts(username=key_of(user.username))
        ratelimit.forget(key=_name_window(user.username))
        audit.record(actor=actor, action="sign_in.unlock", target=persons.target(user), now=now)
    return count


def sentence(seconds: int) -> str:
    """Return what a locked-out visitor reads, with the time left in whole minutes."""
    minutes = -(-seconds // 60)
    wait = ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes) % {"n": minutes}
    return _("Too many attempts to sign in with this user name from your address.") + f" {wait}"


def flood_sentence() -> str:
    """Return what a visitor reads when a slower limit is spent."""
    return _("Too many attempts to sign in. Try again later.")


def _name_window(username: str) -> str:
    return f"sign-in/name/{key_of(username)}"
