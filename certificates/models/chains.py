"""The chains that servers have shown in verified handshakes."""

from __future__ import annotations

from django.db import models


class SeenChain(models.Model):
    """One chain of one endpoint: what was sent, and which trusted certificate ended it."""

    purpose = models.CharField(max_length=10)
    endpoint = models.CharField(max_length=300)
    host = models.CharField(max_length=255)
    usage = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    presented = models.JSONField()
    anchor_sha256 = models.CharField(max_length=64, db_index=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)
    node = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("purpose", "endpoint", "digest", name="seen_chain_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.endpoint}"
