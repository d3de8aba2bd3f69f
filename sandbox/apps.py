"""Start-up of the sandbox app: what it registers with the floors below."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The sandbox app."""

    name = "sandbox"
    default_auto_field = "django.db.models.BigAutoField"
