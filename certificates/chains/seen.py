"""Keeps the chain of every verified connection, so that it can be replayed against a changed store."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, InterfaceError, transaction

from certificates.chains.purposes import purpose_named
from certificates.models import SeenChain
from certificates.pki.trust import TrustView
from certificates.pki.verdict import Verdict

TOUCHED_EVERY: Final = timedelta(hours=1)
"""A relay that is used all day is written down once an hour, not once a mail."""
KEPT: Final = timedelta(days=365)
REPLAYED: Final = timedelta(days=30)
MOST_BYTES: Final = 262_144
MOST_LOOKED_AT: Final = 1000
MOST_ENDPOINTS: Final = 50

log = logging.getLogger(__name__)


def record(
    *,
    purpose: str,
    endpoint: str,
    host: str,
    usage: str,
    presented: Sequence[bytes],
    anchor_sha256: str,
    node: str,
    now: datetime,
) -> None:
    """Write down that an endpoint was verified with the certificates it presented (DER, its own first).

    Call it after the verdict, never in place of one. It raises nothing: what cannot be written is logged,
    and inside a transaction that has failed already nothing is written.
    """
    if not presented or sum(map(len, presented)) > MOST_BYTES:
        return
    if transaction.get_connection().needs_rollback:
        return
    told = {"host": host[:255], "usage": usage, "anchor_sha256": anchor_sha256, "node": node[:255]}
    key = {"purpose": purpose, "endpoint": endpoint[:300], "digest": _digest(presented)}
    try:
        with transaction.atomic():
            _write(key, told, presented, now)
    except (DatabaseError, InterfaceError):
        log.exception("The chain of %s could not be written down", endpoint)


def record_verified(
    *, purpose: str, endpoint: str, host: str, verdict: Verdict, view: TrustView, node: str, now: datetime
) -> None:
    """Write down an accepted chain as `record` does; a verdict that refuses is not written down."""
    if not verdict.is_ok:
        return
    record(
        purpose=purpose,
        endpoint=endpoint,
        host=host,
        usage=view.usage,
        presented=[one.der for one in verdict.chain if one.source == "presented"],
        anchor_sha256=anchor_of(verdict, view, now=now),
        node=node,
        now=now,
    )


def anchor_of(verdict: Verdict, view: TrustView, *, now: datetime) -> str:
    """Return the fingerprint of the trusted certificate that ended an accepted chain, or nothing.

    A chain ends at its first trusted certificate; whatever else the server sent follows after it.
    """
    for certificate in verdict.chain:
        row = view.row_of(certificate.der)
        if row is not None and view.is_anchor(row, now):
            return certificate.sha256
    return ""


def presented_of(chain: SeenChain) -> tuple[bytes, ...]:
    """Return the certificates that the endpoint presented, in DER, its own first."""
    return tuple(base64.b64decode(text) for text in chain.presented)


def newest_chains(*, now: datetime) -> list[SeenChain]:
    """Return the newest chain of each endpoint that is still set and was seen within 30 days."""
    recent = SeenChain.objects.filter(last_seen_at__gte=now - REPLAYED).order_by("-last_seen_at", "-pk")
    newest: dict[tuple[str, str], SeenChain] = {}
    for chain in recent[:MOST_LOOKED_AT]:
        newest.setdefault((chain.purpose, chain.endpoint), chain)
    current = [c for c in newest.values() if purpose_named(c.purpose).is_current(c.endpoint)]
    return current[:MOST_ENDPOINTS]


def _write(key: dict[str, str], told: dict[str, str], presented: Sequence[bytes], now: datetime) -> None:
    rows = SeenChain.objects.filter(**key)
    if rows.filter(last_seen_at__gt=now - TOUCHED_EVERY, anchor_sha256=told["anchor_sha256"]).exists():
        return
    if rows.update(**told, last_seen_at=now):
        return
    shown = [base64.b64encode(der).decode("ascii") for der in presented]
    row = SeenChain(**key, **told, presented=shown, first_seen_at=now, last_seen_at=now)
    SeenChain.objects.bulk_create([row], ignore_conflicts=True)
    of_endpoint = SeenChain.objects.filter(purpose=key["purpose"], endpoint=key["endpoint"])
    of_endpoint.filter(last_seen_at__lt=now - KEPT).delete()


def _digest(presented: Sequence[bytes]) -> str:
    """DER says its own length, so that the bytes of a chain in one row are unambiguous."""
    return hashlib.sha256(b"".join(presented)).hexdigest()
