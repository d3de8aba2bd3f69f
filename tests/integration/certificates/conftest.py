"""Endpoints count as set in the tests of this folder: which ones the settings name is tested above it."""

import pytest

from certificates.chains.purposes import CRL, OCSP, SMTP, Purpose


@pytest.fixture(autouse=True)
def every_endpoint_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {SMTP: "SMTP server", CRL: "Revocation list", OCSP: "OCSP service"}
    purposes = {name: Purpose(name, label) for name, label in labels.items()}
    monkeypatch.setattr("certificates.chains.purposes._registered", purposes)
