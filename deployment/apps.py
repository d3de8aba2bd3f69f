"""Start-up of the deployment app: what it registers with the floors below."""

from django.apps import AppConfig


class DeploymentConfig(AppConfig):
    """The deployment app."""

    name = "deployment"
    default_auto_field = "django.db.models.BigAutoField"
