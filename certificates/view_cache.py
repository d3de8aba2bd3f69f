"""Keeps the rows of each usage in memory for as long as the store does not change."""

from __future__ import annotations

import threading
from typing import Any

from certificates.lookup import row_of
from certificates.models import StoreVersion, TrustedCertificate
from certificates.pki.trust import TrustedRow
from certificates.usages import Usage

_lock = threading.Lock()
_kept: dict[str, tuple[Any, tuple[TrustedRow, ...]]] = {}


def rows(usage: Usage) -> tuple[int, tuple[TrustedRow, ...]]:
    """Return the store's version with the enabled rows of a usage; they are read again only after a change.

    A store of a hundred thousand certificates has a few thousand that can end a chain: only these are held.
    """
    number, stamp = StoreVersion.current()
    with _lock:
        kept = _kept.get(usage)
        if kept is not None and kept[0] == stamp:
            return number, kept[1]
    found = TrustedCertificate.objects.enabled().trusted_for(usage).with_revocation().order_by("pk")
    read = tuple(row_of(certificate) for certificate in found.iterator())
    with _lock:
        _kept[usage] = (stamp, read)
    return number, read
