"""A test mail to one address, sent the way of every other mail."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation

from console import audit, moments, ratelimit
from notifications import categories, outbox, relay
from notifications.outbox import PostedMail

PER_HOUR = 30


class NoRelay(Exception):
    """No SMTP server is set, so no mail can be sent."""


class TooManyTests(Exception):
    """This person has sent PER_HOUR test mails within an hour."""


def send_test_mail(
    *, address: str, language: str, actor: str, now: datetime, client_address: str = ""
) -> PostedMail:
    """Write a test mail into the outbox, audited; raises AddressRefused, NoRelay, TooManyTests."""
    recipient = outbox.clean_mailbox(address)
    server = relay.current()
    if server is None:
        raise NoRelay
    if not ratelimit.take(key=f"test-mail/{actor}", limit=PER_HOUR, per_seconds=3600, now=now):
        raise TooManyTests
    with translation.override(language):
        requested_at = moments.in_full(now)
    values = {
        "node_name": settings.ISE_MAIL_NODE,
        "relay_name": f"{server.host}:{server.port}",
        "requested_by": actor,
        "requested_at": requested_at,
        "console_url": settings.ISE_MAIL_PUBLIC_URL,
    }
    with transaction.atomic():
        posted = outbox.post(
            category=categories.TEST_MAIL,
            to=recipient,
            values=values,
            language=language,
            reference=f"test-mail:{actor}",
            now=now,
        )
        audit.record(
            actor=actor,
            action="mail.test",
            target=f"mail {posted.id}",
            after={"recipient": recipient},
            now=now,
            address=client_address,
        )
    return posted
