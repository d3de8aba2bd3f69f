"""Start-up of the notifications app: what it registers with the floors below."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The notifications app."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the outbox's part of each round of the node's daemon, and the keys its rows need."""
        from deployment import keys, scheduler
        from notifications import payload, relay_startup, sweeps, wakeup

        relay_startup.register()

        scheduler.register_pass("outbox.sweep", sweeps.sweep)
        scheduler.register_pass("outbox.wake", wakeup.wake)
        keys.register_source("outbox", payload.key_ids_in_use)
