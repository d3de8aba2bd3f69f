"""Certificates that were taken out together, kept for a day so that it can be undone."""

from __future__ import annotations

import uuid

from django.db import models


class Removal(models.Model):
    """A part of one removal: rows as they were, with everything needed to put them back.

    A large removal has several parts, so that no one of them has to be held in memory with the others; all
    carry the same `act`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.UUIDField(db_index=True)
    rows = models.JSONField()
    count = models.PositiveIntegerField()
    removed_by = models.CharField(max_length=150)
    removed_at = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"removal {self.id}"
