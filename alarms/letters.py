"""The mails of an alarm: to every admin who asked for them, and to the alarm's own addresses."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils import translation

from accounts import directory
from alarms.models import Alarm
from alarms.rules import RULES, Severity
from console import moments
from deployment.personas import this_node
from notifications import categories, outbox

log = logging.getLogger(__name__)

_REFERENCE = "alarm:"


def reference_of(alarm: Alarm) -> str:
    """Return the outbox's name for what an alarm is about; a later alarm about it has the same."""
    return f"{_REFERENCE}{alarm.rule}:{alarm.subject}"


def is_still_active(reference: str) -> bool:
    """Say whether the alarm that a mail is about is still there; asked just before the mail is sent."""
    rule, _, subject = reference.removeprefix(_REFERENCE).partition(":")
    return Alarm.objects.active().of(rule).filter(subject=subject).exists()


def post(alarm: Alarm, *, threshold: str, addresses: tuple[str, ...], now: datetime) -> int:
    """Write the mails of an alarm for a threshold; return to how many people it was or had been written.

    Each address gets one mail for a subject, its deadline and the threshold, however often this is called.
    An address that mail cannot be sent to is logged and left out.
    """
    count = 0
    for email, language in _recipients(addresses):
        key = f"{reference_of(alarm)}:{alarm.deadline:%Y%m%d%H%M%S}:{threshold}:{_short_hash(email)}"
        try:
            outbox.post(
                category=categories.ALARM,
                to=email,
                values=_values(alarm, language=language),
                language=language,
                reference=reference_of(alarm),
                dedupe_key=key,
                now=now,
            )
        except outbox.AddressRefused as error:
            log.warning("One recipient of the alarm %s cannot be mailed: %s", alarm, error)
            continue
        count += 1
    return count


def _recipients(addresses: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    seen = set()
    people = [(person.email, person.language) for person in directory.alarm_recipients()]
    for email, language in [*people, *((address, "") for address in addresses)]:
        if email.casefold() not in seen:
            seen.add(email.casefold())
            yield email, language or settings.LANGUAGE_CODE


def _values(alarm: Alarm, *, language: str) -> dict[str, str]:
    rule = RULES[alarm.rule]
    with translation.override(language):
        return {
            "alarm_name": str(rule.label),
            "alarm_severity": Severity(alarm.severity).label,
            "alarm_time": moments.in_full(alarm.raised_at),
            "alarm_details": rule.describe(alarm.subject_name, moments.in_full(alarm.deadline)),
            "alarm_remedy": str(rule.remedy),
            "node_name": this_node().hostname,
            "console_url": settings.ISE_MAIL_PUBLIC_URL,
        }


def _short_hash(email: str) -> str:
    return hashlib.sha256(email.casefold().encode()).hexdigest()[:16]
