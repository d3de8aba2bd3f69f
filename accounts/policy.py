"""The password policy: for how long a password lasts, and how long before its end its owner is reminded."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import persons
from accounts.models import MAX_LIFETIME_DAYS, PasswordPolicy, User
from console import audit


class PolicyRefused(persons.DirectoryError):
    """The days given do not fit; `field` names which."""

    def __init__(self, field: str, *reasons: str) -> None:
        super().__init__(*reasons)
        self.field = field


def current() -> PasswordPolicy:
    """Return the saved policy, or the one of a new installation: passwords last for ever."""
    return PasswordPolicy.objects.filter(pk=1).first() or PasswordPolicy(pk=1)


def save(
    *, lifetime_days: int | None, remind_days_before: int, actor: str, now: datetime, address: str = ""
) -> PasswordPolicy:
    """Save the policy; `lifetime_days` is None when passwords last for ever.

    Raises PolicyRefused.
    """
    if lifetime_days is not None and not 1 <= lifetime_days <= MAX_LIFETIME_DAYS:
        raise PolicyRefused("lifetime_days", _("Enter a number from 1 to %d.") % MAX_LIFETIME_DAYS)
    if lifetime_days is not None and not 1 <= remind_days_before < lifetime_days:
        raise PolicyRefused(
            "remind_days_before", _("Enter a number from 1 to one day less than the password lasts.")
        )
    with transaction.atomic():
        row, _created = PasswordPolicy.objects.select_for_update().get_or_create(pk=1)
        before = _described(row)
        row.lifetime_days, row.remind_days_before = lifetime_days, remind_days_before
        row.save()
        audit.record(
            actor=actor,
            action="password_policy.save",
            target="password policy",
            before=before,
            after=_described(row),
            now=now,
            address=address,
        )
    return row


def has_ended(user: User, *, now: datetime) -> bool:
    """Say whether a person's password is past its end."""
    end = current().ends_at(user)
    return end is not None and end <= now


def window_of_changes(policy: PasswordPolicy, *, now: datetime) -> tuple[datetime, datetime]:
    """Return between which moments a password must have been changed for its owner to be reminded now.

    The policy must have a lifetime; a password changed at the first moment has just ended.
    """
    oldest = now - timedelta(days=policy.lifetime_days or 0)
    return oldest, oldest + timedelta(days=policy.remind_days_before)


def _described(policy: PasswordPolicy) -> dict[str, object]:
    return {"lifetime_days": policy.lifetime_days, "remind_days_before": policy.remind_days_before}
