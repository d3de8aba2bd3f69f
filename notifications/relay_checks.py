"""System checks of the SMTP server: the times of the dialogue, of the lease and of the broker must fit."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notifications.delivery import lease_seconds
from notifications.models.relay import HIGHEST_TIMEOUT

# Opening a session and sending one message take the timeout each at most, one after the other.
_LIMITS = ("CELERY_TASK_SOFT_TIME_LIMIT", "CELERY_TASK_TIME_LIMIT")


@register()
def check_times(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse settings that could end or repeat a mail under way (notifications.E001, E002).

    E001: the broker gives a task to a second worker before the lease of its mails has ended. E002: Celery
    ends a task before the timeout of the SMTP server has.
    """
    lease = lease_seconds(HIGHEST_TIMEOUT)
    found: list[CheckMessage] = []
    visibility = int(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout", 0)))
    if visibility <= lease:
        found.append(
            Error(
                f"The broker's visibility_timeout is {visibility} s; it must exceed the lease of {lease} s.",
                hint="Raise visibility_timeout in CELERY_BROKER_TRANSPORT_OPTIONS.",
                id="notifications.E001",
            )
        )
    for name in _LIMITS:
        limit = getattr(settings, name, None)
        if limit is not None and limit <= lease:
            found.append(
                Error(
                    f"{name} is {limit} s; a mail may take up to {lease} s.",
                    hint=f"Remove {name}: each mail has its own deadline.",
                    id="notifications.E002",
                )
            )
    return found


@register(deploy=False)
def check_timeout_range(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a range of timeouts that the lease does not cover (notifications.E003)."""
    for timeout in (1, HIGHEST_TIMEOUT):
        if lease_seconds(timeout) < timeout + 60:
            text = f"A lease of {lease_seconds(timeout)} s does not cover a timeout of {timeout} s."
            return [Error(text, id="notifications.E003")]
    return []
