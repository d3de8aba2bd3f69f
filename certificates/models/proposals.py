"""A refused chain that an admin looks into: what the server sent, and what was fetched to complete it."""

from __future__ import annotations

import uuid

from django.db import models


class Proposal(models.Model):
    """One refused chain of one admin; nothing in it is trusted, and it is deleted an hour after it was made.

    `presented` and `fetched` are certificates in DER, one behind the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=300)
    host = models.CharField(max_length=255)
    usage = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    presented = models.BinaryField()
    fetched = models.BinaryField(default=bytes)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index("made_by", "made_at", name="proposal_of_admin")]

    def __str__(self) -> str:
        return f"{self.code} of {self.endpoint}, for {self.made_by}"
