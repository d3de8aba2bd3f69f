"""Keeps a downloaded list when it holds, and says when the next one is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from certificates.models import CrlState, RevocationSettings, StoreVersion, Unit
from certificates.pki import crl, fields
from certificates.pki.crl import CrlFacts, CrlRefused

SOONEST: Final = timedelta(minutes=1)
"""A list that is about to expire is asked for once a minute, not more."""


@dataclass(frozen=True)
class Held:
    """What is held of an authority when a download begins, and what its page says; `name` is the row's."""

    certificate_id: int
    name: str
    authority: bytes
    chosen: RevocationSettings
    der: bytes | None
    number: int | None
    this_update: datetime | None
    last_modified: str
    claimed_at: datetime


def held(state: CrlState, chosen: RevocationSettings, *, claimed_at: datetime) -> Held:
    """Read what is held from its row."""
    return Held(
        certificate_id=state.pk,
        name=state.certificate.friendly_name,
        authority=bytes(state.certificate.der),
        chosen=chosen,
        der=None if state.der is None else bytes(state.der),
        number=int(state.number) if state.number else None,
        this_update=state.this_update,
        last_modified=state.last_modified,
        claimed_at=claimed_at,
    )


def keep(held: Held, data: bytes, *, modified: str, now: datetime) -> bool:
    """Check what was received (DER or PEM) and keep it; returns whether the list is another one than before.

    Raises CrlRefused, and keeps what is held, for every list that `pki.crl.check_list` refuses and for one
    that was issued before the one that is held.
    """
    der = crl.as_der(data)
    facts = crl.check_list(
        der,
        authority=_authority(held),
        now=now,
        held_number=held.number,
        ignore_dates=held.chosen.crl_ignore_dates,
    )
    _refuse_older(held, facts)
    is_new = der != held.der
    values: dict[str, Any] = {
        "last_modified": modified[:100] if modified.isascii() else "",
        "received_at": now,
        "due_at": due_after(held.chosen, facts.next_update, now=now),
        "error_code": "",
        "error_params": {},
    }
    if is_new:
        values |= {"der": der, "number": "" if facts.number is None else str(facts.number)}
        values |= {"this_update": facts.this_update, "next_update": facts.next_update}
        values |= {"revoked_count": facts.revoked_count}
    with transaction.atomic():
        if _write(held, values) and is_new:
            StoreVersion.bump()
    return is_new


def note_failure(held: Held, *, code: str, params: Mapping[str, str], now: datetime) -> None:
    """Write down why nothing was received; what is held stays, and the next attempt waits as chosen."""
    wait = Unit(held.chosen.crl_retry_unit).times(held.chosen.crl_retry_amount)
    told = {"issuer": held.name, **{name: str(value)[:500] for name, value in params.items()}}
    told.setdefault("url", held.chosen.crl_url)
    _write(held, {"due_at": now + wait, "error_code": code[:40], "error_params": told})


def due_after(chosen: RevocationSettings, next_update: datetime | None, *, now: datetime) -> datetime:
    """When the next list is fetched: so long before this one expires, or so long after now."""
    if chosen.crl_automatic and next_update is not None:
        before = Unit(chosen.crl_before_unit).times(chosen.crl_before_amount)
        return max(next_update - before, now + SOONEST)
    return now + Unit(chosen.crl_every_unit).times(chosen.crl_every_amount)


def _authority(held: Held) -> Any:
    try:
        return fields.load(held.authority)
    except fields.CertificateUnreadable as error:
        raise CrlRefused("CRL_UNREADABLE", {"detail": str(error)}) from error


def _refuse_older(held: Held, facts: CrlFacts) -> None:
    """A list without a number cannot replace one with a number, nor an earlier one a later one."""
    is_older = held.this_update is not None and facts.this_update < held.this_update
    if is_older or (held.number is not None and facts.number is None):
        params = {"date": facts.this_update.isoformat(), "number": str(facts.number or "")}
        raise CrlRefused("CRL_OLDER", params)


def _write(held: Held, values: Mapping[str, Any]) -> bool:
    """Change the row unless somebody else has begun a download since."""
    mine = CrlState.objects.filter(pk=held.certificate_id, attempted_at=held.claimed_at)
    return mine.update(**values) == 1
