"""The frame's own rows: the audit chain and the rate windows."""

from django.db import models


class AuditEvent(models.Model):
    """One change: who, when, from where, what, and the fields before and after."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    key_id = models.CharField(max_length=20)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["actor", "-id"]), models.Index(fields=["action", "-id"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.target}"


class AuditHead(models.Model):
    """The end of the chain; its one row is locked while an event is added."""

    last_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_has_one_head")]


class RateWindow(models.Model):
    """How often a thing was done since its window began."""

    key = models.CharField(max_length=200, primary_key=True)
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField()
