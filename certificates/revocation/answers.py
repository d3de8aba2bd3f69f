"""The cache of OCSP answers: only answers that settle something, and each for as long as all agree to."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, transaction

from certificates.models import OcspAnswer
from certificates.pki import fields
from certificates.pki.ocsp import OcspStatus
from certificates.pki.status import Question

log = logging.getLogger(__name__)

LONGEST_SERIAL: Final = 128
SETTLED: Final = frozenset({"good", "revoked"})
"""States that are kept: a certificate that is unknown today may be known in a minute."""
KEPT_FOR_FIGURES: Final = timedelta(days=1)


@dataclass(frozen=True)
class Received:
    """An answer as it came: its bytes, what it says, and how long it took."""

    der: bytes
    status: OcspStatus
    milliseconds: int


@dataclass(frozen=True)
class Kept:
    """An answer from the cache and the address that gave it."""

    der: bytes
    url: str


def find(question: Question) -> Kept | None:
    """Return what is kept about the certificate and still counts; a database that fails has nothing."""
    key = _key(question)
    if key is None:
        return None
    try:
        row = OcspAnswer.objects.filter(**key, keep_until__gt=question.now).first()
    except DatabaseError:
        log.exception("The cache of OCSP answers could not be read")
        return None
    return None if row is None else Kept(bytes(row.response), row.url)


def store(question: Question, received: Received) -> None:
    """Keep an answer until its own end or that of the profile's time to live, whichever is earlier."""
    key = _key(question)
    if key is None or received.status.state not in SETTLED:
        return
    ends = received.status.next_update
    keep_until = question.now + timedelta(minutes=question.rule.cache_minutes)
    values = {
        "response": received.der,
        "url": received.status.source[:1000],
        "milliseconds": received.milliseconds,
        "received_at": question.now,
        "keep_until": keep_until if ends is None else min(ends, keep_until),
    }
    try:
        with transaction.atomic():
            OcspAnswer.objects.update_or_create(**key, defaults=values)
    except DatabaseError:
        log.exception("An OCSP answer could not be kept")


def forget_old(now: datetime) -> int:
    """Delete the answers that have not counted for a day; return how many."""
    return OcspAnswer.objects.filter(keep_until__lt=now - KEPT_FOR_FIGURES).delete()[0]


def _key(question: Question) -> dict[str, Any] | None:
    """Under what the answer is kept; None where nothing is kept."""
    rule = question.rule
    serial = fields.read(question.certificate).serial_hex
    issuer = fields.read(question.issuer).key_sha256
    if not rule.profile_id or not rule.cache_minutes or not issuer or len(serial) > LONGEST_SERIAL:
        return None
    return {"profile_id": rule.profile_id, "issuer_key": issuer, "serial_hex": serial}
