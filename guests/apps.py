"""Start-up of the guests app: what it registers with the floors below."""

from django.apps import AppConfig


class GuestsConfig(AppConfig):
    """The guests app."""

    name = "guests"
    default_auto_field = "django.db.models.BigAutoField"
