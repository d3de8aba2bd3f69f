"""What went wrong, since when, and what an admin set for each alarm."""

from datetime import datetime

from django.db import models


class AlarmQuerySet(models.QuerySet["Alarm"]):
    """Adjectives of alarms."""

    def active(self) -> "AlarmQuerySet":
        """Return the alarms whose cause is still there."""
        return self.filter(cleared_at=None)

    def cleared(self) -> "AlarmQuerySet":
        """Return the alarms whose cause is gone."""
        return self.exclude(cleared_at=None)

    def of(self, rule: str) -> "AlarmQuerySet":
        """Return the alarms of one rule."""
        return self.filter(rule=rule)

    def not_counted_since(self, moment: datetime) -> "AlarmQuerySet":
        """Return the alarms that were last counted at or before the moment."""
        return self.filter(last_at__lte=moment)


class Alarm(models.Model):
    """One thing that one rule found wrong; it is raised once and cleared once.

    `mailed_for` names the deadline and threshold for which its mails were written.
    """

    rule = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    subject_name = models.CharField(max_length=200)
    deadline = models.DateTimeField()
    severity = models.CharField(max_length=10)
    raised_at = models.DateTimeField()
    last_at = models.DateTimeField()
    occurrences = models.PositiveIntegerField(default=1)
    cleared_at = models.DateTimeField(null=True)
    mailed_for = models.CharField(max_length=60, blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=models.Q(cleared_at=None),
                name="alarm_is_active_once",
            )
        ]
        indexes = [models.Index(fields=["cleared_at", "-last_at"])]

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject_name}"


class AlarmSetting(models.Model):
    """What an admin set for one alarm; `days` is None where the alarm has no threshold."""

    rule = models.CharField(max_length=40, primary_key=True)
    is_enabled = models.BooleanField(default=True)
    days = models.PositiveSmallIntegerField(null=True)
    addresses = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days=None) | models.Q(days__gte=1, days__lte=365),
                name="alarm_days_in_range",
            )
        ]

    def __str__(self) -> str:
        return self.rule
