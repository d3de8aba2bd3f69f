"""Start-up of the certificates app: what it registers with the floors below."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """The certificates app."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"
