"""Writes one certificate into its row, together with the audit of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certificates.importing.confirmations import Confirmation
from certificates.importing.naming import NAME_LENGTH
from certificates.models import TrustedCertificate
from certificates.pki.parse import ParsedCertificate
from certificates.usages import Usage
from console import audit


@dataclass(frozen=True)
class Stamp:
    """Who imports, when, and from which address."""

    actor: str
    now: datetime
    address: str = ""


@dataclass(frozen=True)
class Imported:
    """One stored certificate."""

    id: int
    fingerprint: str
    friendly_name: str


@dataclass(frozen=True)
class Wish:
    """How one certificate is to be stored; `confirmed` are the boxes that it needed."""

    item: ParsedCertificate
    name: str
    description: str
    usages: frozenset[Usage]
    confirmed: frozenset[Confirmation] = frozenset()


def store(wish: Wish, stamp: Stamp) -> Imported:
    """Store one certificate under a name that is free; call it inside a transaction."""
    row = new_row(wish.item, stamp)
    row.friendly_name, row.description = wish.name, wish.description
    row.set_usages(wish.usages)
    row.save(force_insert=True)
    record("certificate.import", row, stamp, after=_identity(row) | confirmed_part(wish.confirmed))
    return Imported(row.pk, row.sha256, row.friendly_name)


def new_row(item: ParsedCertificate, stamp: Stamp) -> TrustedCertificate:
    """A row with what the certificate says of itself, not saved yet."""
    return TrustedCertificate(imported_at=stamp.now, imported_by=stamp.actor, **columns_of(item))


def record(
    action: str, row: TrustedCertificate, stamp: Stamp, *, after: Mapping[str, Any], **more: Any
) -> None:
    """Write the audit of a row as it stands now, with further facts."""
    audit.record(
        actor=stamp.actor,
        action=action,
        target=row.friendly_name,
        after=summary_of(row) | dict(after),
        now=stamp.now,
        address=stamp.address,
        **more,
    )


def confirmed_part(confirmed: frozenset[Confirmation]) -> dict[str, Any]:
    """What was confirmed, by name, for the audit; nothing when nothing had to be."""
    return {"confirmed": sorted(box.value for box in confirmed)} if confirmed else {}


def _identity(row: TrustedCertificate) -> dict[str, Any]:
    return {"sha256": row.sha256, "subject": row.subject}


def columns_of(item: ParsedCertificate) -> dict[str, Any]:
    """The read-only columns of a certificate, taken from its fields."""
    found = item.fields
    return {
        "der": item.der,
        "sha256": found.sha256,
        "sha1": found.sha1,
        "subject": found.subject,
        "subject_key": found.subject_key,
        "issuer": found.issuer,
        "issued_to": found.display_name[:NAME_LENGTH],
        "issued_by": (found.issuer_name or found.issuer)[:NAME_LENGTH],
        "serial_hex": found.serial_hex[:128],
        "not_before": found.not_before,
        "not_after": found.not_after,
        "signature_algorithm": found.signature,
        "key_kind": found.key_kind,
        "key_bits": found.key_bits,
        "key_sha256": found.key_sha256,
        "is_ca": found.is_ca,
        "is_self_issued": found.is_self_issued,
        "names": list(found.names),
    }


def summary_of(row: TrustedCertificate) -> dict[str, Any]:
    """What an admin can change of a row, for the audit."""
    return {
        "friendly_name": row.friendly_name,
        "description": row.description,
        "status": row.status,
        "trusted_for": sorted(usage.value for usage in row.usages),
    }
