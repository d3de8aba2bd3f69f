"""The system checks that hold the times of the dialogue together."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from notifications.delivery import lease_seconds


@pytest.mark.parametrize(("timeout", "lease"), [(1, 120), (60, 120), (61, 121), (300, 360)])
def test_the_lease_covers_every_timeout(timeout: int, lease: int):
    assert lease_seconds(timeout) == lease


def test_a_visibility_timeout_below_the_lease_is_refused(settings):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "visibility_timeout": 300,
    }
    with pytest.raises(SystemCheckError, match=r"notifications\.E001"):
        call_command("check")


def test_a_time_limit_of_celery_below_the_lease_is_refused(settings):
    settings.CELERY_TASK_TIME_LIMIT = 90
    with pytest.raises(SystemCheckError, match=r"notifications\.E002"):
        call_command("check")


def test_the_settings_as_they_are_pass():
    call_command("check")
