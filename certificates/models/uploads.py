"""Certificates on their way in: read from a file, shown for a choice, and stored by a worker when many."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class UploadState(models.TextChoices):
    """Where an upload stands."""

    SHOWN = "shown", _("Waiting for your choice")
    REQUESTED = "requested", _("Waiting for a worker")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class Upload(models.Model):
    """One upload of one admin; it holds certificates only, and is deleted a day after it was made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data = models.BinaryField()
    count = models.PositiveIntegerField()
    places = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    choice = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.SHOWN)
    done_count = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=list)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(db_index=True)
    touched_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("made_by", "made_at", name="upload_of_admin")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
            models.CheckConstraint(condition=Q(done_count__lte=F("count")), name="upload_done_within_count"),
        ]

    def __str__(self) -> str:
        return f"upload {self.id} of {self.made_by}"
