"""What the tests of the SMTP dialogue share: an authority, who trusts it, and a short way to a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from certificates.pki.trust import INFRASTRUCTURE, TrustedRow, TrustView
from notifications.smtp import probe
from notifications.smtp.probe import ProbeResult
from notifications.smtp.settings import ServerSettings
from tests.support.servercerts import Authority

Probe = Callable[..., ProbeResult]


def trusting(*authorities: Authority) -> TrustView:
    """A store that holds these authorities for authentication within ISE."""
    usages = frozenset({INFRASTRUCTURE, "endpoints"})
    rows = tuple(TrustedRow(one.der, "Testlab", True, usages) for one in authorities)
    return TrustView(rows, INFRASTRUCTURE, 1)


@pytest.fixture(scope="session")
def authority() -> Authority:
    """A root that nobody but these tests knows."""
    return Authority.root()


@pytest.fixture
def trust(authority: Authority) -> TrustView:
    """A store that trusts the authority."""
    return trusting(authority)


@pytest.fixture
def nobody_trusted() -> TrustView:
    """An empty store."""
    return TrustView((), INFRASTRUCTURE, 1)


@pytest.fixture
def test_connection(trust: TrustView) -> Probe:
    """Test a server on the loopback with the store of `trust` unless told otherwise."""

    def run(port: int, **changes: Any) -> ProbeResult:
        options = {
            name: changes.pop(name)
            for name in ("trust", "permit", "on_stage", "allow_cleartext_password", "clock")
            if name in changes
        }
        server = ServerSettings(
            **{"host": "127.0.0.1", "timeout_seconds": 5, "ehlo_name": "ISE3-1", **changes, "port": port}
        )
        return probe.run(server, **{"trust": trust, "now": datetime.now(UTC), **options})

    return run
