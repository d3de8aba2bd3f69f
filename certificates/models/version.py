"""The version of the whole store, which changes with everything that decides about trust."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q


class StoreVersion(models.Model):
    """One row that changes with every change of the store, in the same transaction."""

    number = models.PositiveBigIntegerField(default=0)
    stamp = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="trust_store_version_single")]

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def bump(cls) -> None:
        """Count one change; call it inside the transaction of the change."""
        StoreVersion.objects.bulk_create([StoreVersion(pk=1)], ignore_conflicts=True)
        StoreVersion.objects.filter(pk=1).update(number=F("number") + 1, stamp=uuid.uuid4())

    @classmethod
    def current(cls) -> tuple[int, Any]:
        """The number, and a stamp that also differs between two stores that have the same number."""
        found = cls.objects.filter(pk=1).values_list("number", "stamp").first()
        return found or (0, None)
