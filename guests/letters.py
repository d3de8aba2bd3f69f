"""What the mails about a guest account say: the values of their variables, in the guest's language."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

from console import moments
from guests.lifecycle import Duration, Unit
from guests.models import GuestAccount
from notifications import categories, outbox
from notifications.outbox import MailState


def values_of(
    account: GuestAccount, *, category: str, sponsor_name: str = "", now: datetime
) -> dict[str, str]:
    """Return the values of a category's variables, without the password.

    Times are in the server's time zone, which they name.
    """
    known = categories.category(category).variables
    with translation.override(account.language):
        values = {
            "ui_user_name": account.user_name,
            "ui_first_name": account.first_name,
            "ui_last_name": account.last_name,
            "ui_company": account.company,
            "ui_email_address": account.email,
            "ui_phone_number": account.phone,
            "ui_guest_type": account.guest_type.short_label,
            "ui_start_date_time": moments.in_full(account.begins_at),
            "ui_end_date_time": moments.in_full(account.ends_at),
            "ui_time_left": time_left(account.ends_at, now=now),
            "ui_portal_url": f"{settings.ISE_MAIL_PUBLIC_URL}/guest/",
            "ui_sponsor_name": sponsor_name,
        }
    return {name: value for name, value in values.items() if name in known}


def state_of(account: GuestAccount) -> MailState | None:
    """Return how far the last mail with the account's credentials is; None when there is none any more."""
    if account.mail_id is None:
        return None
    try:
        return outbox.state_of(account.mail_id)
    except outbox.UnknownMail:
        return None


def secret_values_of(password: str) -> dict[str, str]:
    """Return the values that must not outlive the mail."""
    return {"ui_password": password}


def time_left(ends_at: datetime, *, now: datetime) -> str:
    """Return how long it is until the end in days, else hours, else minutes, in the active language."""
    minutes = max(round((ends_at - now).total_seconds() / 60), 0)
    if minutes >= 48 * 60:
        return duration_in_words(Duration(round(minutes / (24 * 60)), Unit.DAYS))
    if minutes >= 120:
        return duration_in_words(Duration(round(minutes / 60), Unit.HOURS))
    return duration_in_words(Duration(minutes, Unit.MINUTES))


def duration_in_words(duration: Duration) -> str:
    """Return a duration in the active language, such as "3 days"."""
    count = duration.amount
    words = {
        Unit.DAYS: ngettext("%(count)d day", "%(count)d days", count),
        Unit.HOURS: ngettext("%(count)d hour", "%(count)d hours", count),
        Unit.MINUTES: ngettext("%(count)d minute", "%(count)d minutes", count),
    }
    return words[duration.unit] % {"count": count}
