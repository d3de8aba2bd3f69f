"""The project that puts the apps together: settings, Celery app, addresses."""

from ise_mail.celery import app as celery_app

__all__ = ["celery_app"]
