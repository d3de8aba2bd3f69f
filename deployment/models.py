"""The nodes of the deployment, who holds which duty, and which periodic slots have run."""

from datetime import datetime

from django.db import models


class NodeQuerySet(models.QuerySet["Node"]):
    """Adjectives of nodes."""

    def heard_since(self, moment: datetime) -> "NodeQuerySet":
        """Return the nodes whose daemon or worker gave a sign of life since the moment."""
        return self.filter(models.Q(heard_at__gte=moment) | models.Q(worker_heard_at__gte=moment))


class Node(models.Model):
    """One host of the deployment; its host name also names its queue."""

    hostname = models.CharField(max_length=63, unique=True)
    fqdn = models.CharField(max_length=255)
    personas = models.JSONField(default=list)
    version = models.CharField(max_length=40, blank=True)
    key_ids = models.JSONField(default=list)
    registered_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    worker_heard_at = models.DateTimeField(null=True)
    is_broker_reachable = models.BooleanField(default=False)

    objects = NodeQuerySet.as_manager()

    class Meta:
        ordering = ["hostname"]

    def __str__(self) -> str:
        return self.hostname


class ClusterLease(models.Model):
    """One duty and the node that holds it; the epoch grows whenever another node takes it over."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=63)
    epoch = models.PositiveBigIntegerField(default=1)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder} (epoch {self.epoch})"


class PeriodicRun(models.Model):
    """One run of a periodic job; a job has one row for each slot, whoever ran it."""

    job = models.CharField(max_length=80)
    slot_at = models.DateTimeField()
    owner = models.CharField(max_length=63)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-slot_at"]
        constraints = [models.UniqueConstraint(fields=["job", "slot_at"], name="periodic_slot_runs_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot_at:%Y-%m-%d %H:%M:%S}"
