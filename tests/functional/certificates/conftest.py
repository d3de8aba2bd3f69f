"""What the journeys of the trusted certificates share."""

import pytest
from celery import current_app

from deployment.broker import NOWHERE


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker can be told, so that the daemon does the work itself, here in this process."""
    monkeypatch.setattr(current_app.conf, "broker_url", NOWHERE)
