"""The watch: what a rule finds is raised, what it no longer finds is cleared."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from alarms import letters, preferences
from alarms.models import Alarm
from alarms.preferences import Preference
from alarms.rules import RULES, Finding, Rule

PERIOD_SECONDS = 60
# An alarm that stays is counted once a day, so that the figure says for how many days it was there.
_COUNT_EVERY = timedelta(days=1)


def look(code: str, now: datetime) -> None:
    """Bring the alarms of one rule in line with what it finds; a rule that is off finds nothing.

    Each new alarm is mailed; one that stays is mailed again only for another deadline or threshold.
    """
    rule, preference = RULES[code], preferences.of(code)
    found = rule.find(now, preference.days) if preference.is_enabled else []
    for finding in found:
        _keep(rule, finding, preference, now)
    _clear(rule, {finding.subject for finding in found}, now)


def _keep(rule: Rule, finding: Finding, preference: Preference, now: datetime) -> None:
    with transaction.atomic():
        alarm, is_new = Alarm.objects.active().get_or_create(
            rule=rule.code,
            subject=finding.subject,
            cleared_at=None,
            defaults={
                "subject_name": finding.name,
                "deadline": finding.deadline,
                "severity": rule.severity.value,
                "raised_at": now,
                "last_at": now,
            },
        )
        if not is_new:
            _update(alarm, finding, now)
        _mail(alarm, preference, now)


def _update(alarm: Alarm, finding: Finding, now: datetime) -> None:
    if (alarm.subject_name, alarm.deadline) != (finding.name, finding.deadline):
        alarm.subject_name, alarm.deadline = finding.name, finding.deadline
        alarm.save(update_fields=["subject_name", "deadline"])
    this = Alarm.objects.active().filter(pk=alarm.pk).not_counted_since(now - _COUNT_EVERY)
    this.update(occurrences=F("occurrences") + 1, last_at=now)


def _mail(alarm: Alarm, preference: Preference, now: datetime) -> None:
    threshold = str(preference.days or 0)
    wanted = f"{alarm.deadline.isoformat()}/{threshold}"
    if alarm.mailed_for == wanted:
        return
    if letters.post(alarm, threshold=threshold, addresses=preference.addresses, now=now):
        Alarm.objects.filter(pk=alarm.pk).update(mailed_for=wanted)


def _clear(rule: Rule, subjects: set[str], now: datetime) -> None:
    active = Alarm.objects.active().of(rule.code)
    gone = [pk for pk, subject in active.values_list("pk", "subject") if subject not in subjects]
    Alarm.objects.active().filter(pk__in=gone).update(cleared_at=now)
