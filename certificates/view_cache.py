"""Keeps the trusted rows in memory for as long as the store does not change."""

from __future__ import annotations

import threading
from typing import Any

from certificates.models import StoreVersion, TrustedCertificate
from certificates.pki.trust import TrustedRow

_lock = threading.Lock()
_kept: dict[str, tuple[Any, tuple[TrustedRow, ...]]] = {}


def rows() -> tuple[int, tuple[TrustedRow, ...]]:
    """Return the store's version with all its rows; they are read again only after a change."""
    number, stamp = StoreVersion.current()
    with _lock:
        kept = _kept.get("rows")
        if kept is not None and kept[0] == stamp:
            return number, kept[1]
    read = tuple(_row(certificate) for certificate in TrustedCertificate.objects.order_by("pk").iterator())
    with _lock:
        _kept["rows"] = (stamp, read)
    return number, read


def _row(certificate: TrustedCertificate) -> TrustedRow:
    return TrustedRow(
        der=bytes(certificate.der),
        name=certificate.friendly_name,
        enabled=certificate.is_enabled,
        usages=frozenset(usage.value for usage in certificate.usages),
    )
