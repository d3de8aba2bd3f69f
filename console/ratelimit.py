"""How often a thing may be done, counted in the database so that losing the broker opens nothing."""

from datetime import datetime, timedelta

from django.db import transaction

from console.models import RateWindow


def take(*, key: str, limit: int, per_seconds: int, now: datetime) -> bool:
    """Count one more and return True, or return False when `limit` was reached in the current window.

    A window lasts `per_seconds` from the first time a thing is done in it. Call this outside a
    transaction that may roll back, or the count rolls back with it.
    """
    with transaction.atomic():
        window, created = RateWindow.objects.select_for_update().get_or_create(
            key=key, defaults={"began_at": now, "count": 1}
        )
        if created:
            return True
        # Who waited for another's transaction brings an earlier moment; a clock set far back starts anew.
        if abs(now - window.began_at) >= timedelta(seconds=per_seconds):
            window.began_at, window.count = now, 0
        if window.count >= limit:
            return False
        window.count += 1
        window.save(update_fields=["began_at", "count"])
        return True


def forget(*, key: str) -> None:
    """Delete the window of one thing, so that it may be done again at once."""
    RateWindow.objects.filter(key=key).delete()


def forget_before(moment: datetime) -> int:
    """Delete the windows that began before `moment`; return how many."""
    return RateWindow.objects.filter(began_at__lt=moment).delete()[0]
