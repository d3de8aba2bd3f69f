"""The orders of the list, one for each column, each the same forwards and backwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db.models import Case, F, Func, Value, When
from django.db.models.functions import Length, Lower

from certificates.models import USAGE_COLUMNS, TrustedCertificateQuerySet

DEFAULT_SORT: Final = "expires"
_STATE: Final = "state"
SORTS: Final[Mapping[str, tuple[F | Func, ...]]] = {
    "name": (Lower("friendly_name"),),
    "status": (F("status"),),
    "for": tuple(F(column) for column in USAGE_COLUMNS.values()),
    "serial": (Length("serial_hex"), F("serial_hex")),
    "to": (Lower("issued_to"),),
    "by": (Lower("issued_by"),),
    "from": (F("not_before"),),
    "expires": (F("not_after"),),
    _STATE: (F("not_after"),),
}
"""A serial number is compared as a number: the longer one is the greater."""


def ordered(found: TrustedCertificateQuerySet, sort: str, *, now: datetime) -> TrustedCertificateQuerySet:
    """Sort by a column, downwards with a minus before its name; equal rows stay in the order of import."""
    name = sort.removeprefix("-")
    keys: list[F | Func | Case] = [*SORTS[name], F("pk")]
    if name == _STATE:
        keys.insert(0, Case(When(not_before__gt=now, not_after__gte=now, then=Value(1)), default=Value(0)))
    # All keys turn round together: then one index serves both directions.
    return found.order_by(*(key.desc() if sort.startswith("-") else key.asc() for key in keys))
