"""A renewed certificate takes the place of an older one of the same subject, with all that was set there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from certificates.importing import rows
from certificates.importing.naming import NAME_LENGTH, NameGiver
from certificates.importing.rows import Imported, Stamp, Wish
from certificates.models import CrlState, RevocationSettings, Status, TrustedCertificate
from certificates.pki.verdict import Finding
from console import audit

_SUFFIX = " (replaced)"


class Fate(StrEnum):
    """What becomes of the certificate that is replaced."""

    DELETE = "delete"
    DISABLE = "disable"


@dataclass(frozen=True)
class Replacement:
    """Which certificate is replaced, and what becomes of it."""

    id: int
    fate: Fate


class NothingToReplace(Exception):
    """The certificate that was to be replaced is gone, or is of another subject; `finding` says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def replace(wish: Wish, replacement: Replacement, stamp: Stamp) -> Imported:
    """Store a certificate with the name, description, status, usages and revocation settings of another.

    The other one is deleted, or disabled under a name of its own; call it inside a transaction. Raises
    NothingToReplace.
    """
    old = TrustedCertificate.objects.select_for_update().filter(pk=replacement.id).first()
    if old is None or old.subject_key != wish.item.fields.subject_key:
        params = {"name": wish.item.fields.display_name, **wish.item.place}
        raise NothingToReplace(Finding("NOTHING_TO_REPLACE", params, "E"))
    before = rows.summary_of(old) | {"sha256": old.sha256, "subject": old.subject}
    row = rows.new_row(wish.item, stamp)
    row.friendly_name, row.description, row.status = old.friendly_name, old.description, old.status
    row.set_usages(old.usages)
    kept = _revocation_of(old, has_same_key=old.key_sha256 == row.key_sha256)
    fate = _put_away(old, replacement.fate, stamp)
    row.save(force_insert=True)
    for settings in kept:
        settings.certificate = row
        settings.save(force_insert=True)
    facts = {"sha256": row.sha256, "subject": row.subject, "old": fate} | rows.confirmed_part(wish.confirmed)
    rows.record("certificate.replace", row, stamp, after=facts, before=before)
    return Imported(row.pk, row.sha256, row.friendly_name)


def _revocation_of(old: TrustedCertificate, *, has_same_key: bool) -> list[RevocationSettings | CrlState]:
    """The settings that move; the list that was received moves only to the key that signed it."""
    found: list[RevocationSettings | CrlState] = list(RevocationSettings.objects.filter(certificate=old))
    if has_same_key:
        found += CrlState.objects.filter(certificate=old)
    return found


def _put_away(old: TrustedCertificate, fate: Fate, stamp: Stamp) -> dict[str, Any]:
    """Delete the old row or disable it, and say which, with its new name, for the audit."""
    if fate == Fate.DELETE:
        old.delete()
        return {"fate": fate.value}
    before = rows.summary_of(old)
    RevocationSettings.objects.filter(certificate=old).delete()
    CrlState.objects.filter(certificate=old).delete()
    old.status = Status.DISABLED
    old.friendly_name = NameGiver().free(f"{old.friendly_name[: NAME_LENGTH - 20]}{_SUFFIX}")
    old.save(update_fields=["status", "friendly_name"])
    audit.record(
        actor=stamp.actor,
        action="certificate.edit",
        target=old.friendly_name,
        before={name: before[name] for name in ("friendly_name", "status")},
        after={"friendly_name": old.friendly_name, "status": old.status},
        now=stamp.now,
        address=stamp.address,
    )
    return {"fate": fate.value, "friendly_name": old.friendly_name}
