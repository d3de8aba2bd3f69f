"""Seen chains and stored rows as the tests of Used by and What if need them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from certificates import truststore
from certificates.models import TrustedCertificate
from certificates.truststore import Usage
from notifications import relay
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support.pki import Made

BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})


def store(
    made: Made, now: datetime, name: str = "", usages: frozenset[Usage] = BOTH, **columns: object
) -> TrustedCertificate:
    """Put a certificate into the store; further columns are set as they are given."""
    result = truststore.import_certificates(
        data=made.pem, usages=usages, name=name, accept_warnings=True, actor="ada", now=now
    )
    rows = TrustedCertificate.objects.filter(pk=result.certificates[0].id)
    if columns:
        rows.update(**columns)
    return rows.get()


def see(
    presented: Iterable[Made],
    anchor: Made,
    now: datetime,
    *,
    endpoint: str = "mail.testlab.com:587",
    host: str = "mail.testlab.com",
    purpose: str = "smtp",
    node: str = "ise3-1",
) -> None:
    """Record a verified connection to an endpoint."""
    truststore.record_seen(
        purpose=purpose,
        endpoint=endpoint,
        host=host,
        usage=Usage.INFRASTRUCTURE,
        presented=[made.der for made in presented],
        anchor_sha256=anchor.sha256,
        node=node,
        now=now,
    )


def set_relay(now: datetime, *, host: str = "mail.testlab.com", port: int = 587) -> None:
    """Save a server as the relay: only chains of what is set count as in use."""
    relay.save(
        server=ServerSettings(host, port, tls=TlsMode.AUTO),
        keep_password=False,
        allow_cleartext_password=False,
        actor="ada",
        now=now,
    )
