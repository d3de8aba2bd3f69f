"""Start-up of the notifications app: what it registers with the floors below."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The notifications app."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the SMTP server and the outbox register what is theirs."""
        from notifications import outbox_startup, relay_startup

        relay_startup.register()
        outbox_startup.register()
