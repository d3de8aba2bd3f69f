"""Start-up of the alarms app: what it registers with the floors below."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """The alarms app."""

    name = "alarms"
    default_auto_field = "django.db.models.BigAutoField"
