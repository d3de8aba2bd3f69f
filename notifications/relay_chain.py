"""Tells the trust store of the SMTP server: its verified chain, and which mails go through it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from certificates import truststore
from certificates.pki.trust import TrustView
from certificates.pki.verdict import Verdict
from notifications import categories
from notifications.relay_settings import current
from notifications.smtp.settings import ServerSettings

NOT_WORTH_NAMING: Final = frozenset({categories.TEST_MAIL, categories.PORTAL_TEST})


def record(server: ServerSettings, verdict: Verdict | None, *, trust: TrustView, now: datetime) -> None:
    """Keep the chain that a connection to the server was verified with; raises nothing.

    There is none on a connection in clear.
    """
    if verdict is None:
        return
    truststore.record_verified(
        purpose="smtp",
        endpoint=endpoint_of(server.host, server.port),
        host=server.host,
        verdict=verdict,
        view=trust,
        node=settings.ISE_MAIL_NODE,
        now=now,
    )


def endpoint_of(host: str, port: int) -> str:
    """The endpoint as seen chains name it: host and port, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_current(endpoint: str) -> bool:
    row = current()
    return row is not None and endpoint_of(row.host, row.port) == endpoint


def _mails(_endpoint: str) -> Iterator[str]:
    """The kinds of mail, all of which leave through the one relay."""
    yield from (str(c.label) for c in categories.categories() if c.name not in NOT_WORTH_NAMING)


PURPOSE: Final = truststore.Purpose(
    "smtp",
    _("SMTP server"),
    carries=_mails,
    is_current=_is_current,
    url_name="notifications:smtp-server",
    permission="smtp.view",
)
