"""Password reminders: a mail to everybody whose password ends within the days of the policy."""

import logging
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts import policy
from accounts.models import PasswordPolicy, User
from accounts.portals import CONSOLE, SPONSOR
from console import moments
from notifications import categories, outbox

log = logging.getLogger(__name__)
PERIOD_SECONDS = 3600
_PREFIX = "password"


def post_password_reminders(now: datetime) -> int:
    """Post a reminder to each person whose password ends soon; return how many were posted.

    A person is reminded once for each end and each number of days before it, so that a second run tells
    nobody and a changed password starts over.
    """
    current = policy.current()
    if current.lifetime_days is None:
        return 0
    first, last = policy.window_of_changes(current, now=now)
    people = User.objects.enabled().reachable().with_password_changed(after=first, until=last)
    return sum(_remind(user, current, now=now) for user in people.iterator(chunk_size=500))


def is_still_wanted(reference: str) -> bool:
    """Say whether the reminder `password:<id>:<end>` still tells the truth: asked just before sending."""
    user_id, _, stamp = reference.removeprefix(f"{_PREFIX}:").partition(":")
    user = User.objects.enabled().filter(pk=user_id).first()
    end = policy.current().ends_at(user) if user is not None else None
    return end is not None and _stamp(end) == stamp and timezone.now() < end


def _remind(user: User, current: PasswordPolicy, *, now: datetime) -> bool:
    end = current.ends_at(user)
    if end is None:
        return False
    try:
        with transaction.atomic():
            mail = outbox.post(
                category=categories.PASSWORD_EXPIRY,
                to=user.email,
                values=_values_of(user, end, now=now),
                language=_language_of(user),
                reference=f"{_PREFIX}:{user.pk}:{_stamp(end)}",
                dedupe_key=f"{categories.PASSWORD_EXPIRY}:{user.pk}:{_stamp(end)}:{current.remind_days_before}",
                now=now,
                not_after=end,
            )
    except outbox.AddressRefused:
        log.warning("user %s has an address no mail can be sent to", user.pk)
        return False
    return mail.created


def _values_of(user: User, end: datetime, *, now: datetime) -> dict[str, str]:
    portal = CONSOLE if user.kind == User.Kind.ADMIN else SPONSOR
    with translation.override(_language_of(user)):
        return {
            "ui_user_name": user.username,
            "ui_first_name": user.first_name,
            "ui_last_name": user.last_name if user.first_name or user.last_name else user.username,
            "ui_end_date_time": moments.in_full(end),
            "ui_time_left": _time_left(end, now=now),
            "console_url": f"{settings.ISE_MAIL_PUBLIC_URL}{reverse(portal.change_password)}",
        }


def _time_left(end: datetime, *, now: datetime) -> str:
    """Return how long the password still lasts, in whole days, or in hours on the last day."""
    hours = max(1, int((end - now).total_seconds() // 3600))
    if hours < 24:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _language_of(user: User) -> str:
    return user.language or settings.LANGUAGE_CODE


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
