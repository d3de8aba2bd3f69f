"""Certificates that were taken out together, kept for a day so that it can be undone."""

from __future__ import annotations

import uuid

from django.db import models


class Removal(models.Model):
    """The rows of one removal as they were, with everything needed to put them back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rows = models.JSONField()
    count = models.PositiveIntegerField()
    removed_by = models.CharField(max_length=150)
    removed_at = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"removal {self.id}"
