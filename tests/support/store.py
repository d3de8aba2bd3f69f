"""Puts certificates into the trust store, and says how those of an authority are checked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from certificates import truststore
from certificates.models import RevocationSettings, TrustedCertificate
from tests.support.pki import NOW, Made


def trust(made: Made, *, now: dt.datetime = NOW) -> TrustedCertificate:
    """Import a certificate that is trusted within ISE."""
    truststore.import_certificates(
        data=made.pem,
        usages=frozenset({truststore.Usage.INFRASTRUCTURE}),
        accept_warnings=True,
        actor="ada",
        now=now,
    )
    return TrustedCertificate.objects.get(sha256=made.sha256)


def download(certificate: TrustedCertificate, url: str, **chosen: Any) -> RevocationSettings:
    """Have the list of an authority downloaded from an address."""
    values = {"crl_enabled": True, "crl_url": url} | chosen
    row, _ = RevocationSettings.objects.update_or_create(certificate=certificate, defaults=values)
    return row
