"""Fills the table of trusted certificates with rows that look like imported ones."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.apps import apps
from django.db import transaction

from sandbox.bench.synthetic import Mold, Synthetic

BATCH: Final = 2000
_ANCHOR: Final = {"status": "enabled", "trust_infrastructure": True, "trust_endpoints": True}
_OTHERS: Final = (
    {"status": "disabled", "trust_infrastructure": True},
    {"status": "enabled", "trust_cisco_services": True},
    {"status": "enabled"},
    {"status": "disabled", "trust_infrastructure": True, "trust_endpoints": True},
)


def fill(count: int, *, now: datetime) -> int:
    """Store so many certificates and return how many of them can end a chain: one in fifty.

    The rows go past the door of the app, which checks, names and audits each import: a store of this
    size is what the measurement needs and not what it measures.
    """
    table: Any = apps.get_model("certificates", "TrustedCertificate")
    mold = Mold()
    rows = (
        table(**_columns(one, number, mold.key_sha256, now))
        for number, one in enumerate(mold.series(count, now=now))
    )
    with transaction.atomic():
        for batch in _batches(rows):
            table.objects.bulk_create(batch)
    return int(table.objects.filter(**_ANCHOR, not_after__gte=now).count())


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _columns(one: Synthetic, number: int, key_sha256: str, now: datetime) -> dict[str, Any]:
    trust = _ANCHOR if number % 50 == 0 else _OTHERS[number % len(_OTHERS)]
    return {
        "friendly_name": f"{one.name}#{one.issuer}#{number:05d}",
        "der": one.der,
        "sha256": one.sha256,
        "sha1": hashlib.sha1(one.der, usedforsecurity=False).hexdigest(),
        "subject": f"CN={one.name},O=Bench",
        "subject_key": one.subject_key,
        "issuer": f"CN={one.issuer},O=Bench",
        "issued_to": one.name,
        "issued_by": one.issuer,
        "serial_hex": one.serial_hex,
        "not_before": one.not_before,
        "not_after": one.not_after,
        "signature_algorithm": "SHA256WITHRSA",
        "key_kind": "RSA",
        "key_bits": 2048,
        "key_sha256": key_sha256,
        "is_ca": True,
        "is_self_issued": False,
        "imported_at": now,
        "imported_by": "bench",
        **trust,
    }
