"""The Celery app: the settings of docs/decisions/0001, tasks found in the apps."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ise_mail.settings")

app = Celery("ise_mail")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
