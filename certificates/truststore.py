"""The door of the app: what others ask of the trusted certificates, and how these are changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction

from certificates import view_cache
from certificates.chains.purposes import Purpose, register_purpose
from certificates.chains.seen import anchor_of, record_verified
from certificates.chains.seen import record as record_seen
from certificates.chains.uses import used_by
from certificates.detail.dependents import register_dependent
from certificates.importing.confirmations import Confirmation
from certificates.importing.judging import usage_findings
from certificates.importing.naming import is_name_taken
from certificates.importing.rows import Imported, summary_of
from certificates.importing.storing import ImportRefused, ImportResult, import_certificates
from certificates.lookup import DatabaseLookup
from certificates.models import Status, StoreVersion, TrustedCertificate
from certificates.pki.trust import TrustView
from certificates.pki.verdict import Finding
from certificates.repair.proposals import NothingSent, Refused, can_repair
from certificates.repair.proposals import propose as propose_repair
from certificates.revocation.sources import DatabaseStatusSource
from certificates.usages import Usage
from console import audit

__all__ = [
    "Change",
    "Confirmation",
    "EditRefused",
    "Expiring",
    "ImportRefused",
    "ImportResult",
    "Imported",
    "NotFound",
    "NothingSent",
    "Purpose",
    "Refused",
    "Usage",
    "anchor_of",
    "can_repair",
    "delete",
    "edit",
    "expiring",
    "has_usable",
    "import_certificates",
    "is_last_usable",
    "propose_repair",
    "record_seen",
    "record_verified",
    "register_dependent",
    "register_purpose",
    "used_by",
    "view_for",
]


class NotFound(Exception):
    """There is no such trusted certificate any more."""


class EditRefused(Exception):
    """Nothing was changed; `findings` says why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = tuple(findings)


class Expiring(NamedTuple):
    """An enabled certificate that ends soon or has ended."""

    fingerprint: str
    friendly_name: str
    not_after: datetime


@dataclass(frozen=True)
class Change:
    """What an edit sets; everything else of a certificate stays as it was imported."""

    friendly_name: str
    description: str
    status: Status
    usages: frozenset[Usage]


def view_for(usage: Usage | str, *, now: datetime) -> TrustView:  # noqa: ARG001
    """Return the store as a connection with this usage sees it; rows are read again only after a change.

    The view holds the enabled rows of the usage: which of them count at a moment is what
    `TrustView.anchors` says. Every other row is looked up when a refusal has to name it.
    """
    number, rows = view_cache.rows(Usage(usage))
    return TrustView(
        rows,
        Usage(usage).value,
        number,
        second_gate=settings.ISE_MAIL_SECOND_GATE,
        lookup=DatabaseLookup(),
        ask_within=lambda seconds: DatabaseStatusSource(seconds=seconds),
    )


def has_usable(usage: Usage | str, *, now: datetime) -> bool:
    """Whether at least one certificate can end a chain for the usage: enabled, ticked, in date."""
    return TrustedCertificate.objects.enabled().trusted_for(Usage(usage)).in_date(now).exists()


def is_last_usable(fingerprint: str, *, usage: Usage, now: datetime) -> bool:
    """Whether the usage would have no certificate left without this one."""
    usable = TrustedCertificate.objects.enabled().trusted_for(usage).in_date(now)
    return [row.sha256 for row in usable.only("sha256")[:2]] == [fingerprint]


def expiring(*, now: datetime, within_days: int) -> list[Expiring]:
    """Return the enabled certificates that end within so many days, or have ended, the earliest first."""
    limit = now + timedelta(days=within_days)
    rows = TrustedCertificate.objects.enabled().filter(not_after__lte=limit).order_by("not_after", "pk")
    return [Expiring(*row) for row in rows.values_list("sha256", "friendly_name", "not_after")]


def edit(*, certificate_id: int, change: Change, actor: str, now: datetime, address: str = "") -> bool:
    """Change name, description, status and usages; returns False when nothing was different.

    Raises NotFound, and EditRefused for a name in use or usages without those they need.
    """
    findings = usage_findings(change.usages)
    with transaction.atomic():
        row = _locked(certificate_id)
        if is_name_taken(change.friendly_name, by_other_than=row.pk):
            findings.append(Finding("NAME_TAKEN", {"name": change.friendly_name}, "E"))
        if findings:
            raise EditRefused(findings)
        before = summary_of(row)
        after = _apply(change, row)
        if before == after:
            return False
        StoreVersion.bump()
        changed = [name for name in after if after[name] != before[name]]
        audit.record(
            actor=actor,
            action="certificate.edit",
            target=row.friendly_name,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            now=now,
            address=address,
        )
    return True


def delete(*, certificate_id: int, actor: str, now: datetime, address: str = "") -> str:
    """Take a certificate out of the store and return its friendly name; raises NotFound."""
    with transaction.atomic():
        row = _locked(certificate_id)
        name = row.friendly_name
        audit.record(
            actor=actor,
            action="certificate.delete",
            target=name,
            before=summary_of(row) | {"sha256": row.sha256, "subject": row.subject},
            now=now,
            address=address,
        )
        row.delete()
        StoreVersion.bump()
    return name


def _apply(change: Change, row: TrustedCertificate) -> dict[str, Any]:
    before = summary_of(row)
    row.friendly_name, row.description, row.status = change.friendly_name, change.description, change.status
    row.set_usages(change.usages)
    after = summary_of(row)
    if after != before:
        try:
            row.save()
        except IntegrityError as error:
            raise EditRefused([Finding("CHANGED_MEANWHILE", {}, "E")]) from error
    return after


def _locked(certificate_id: int) -> TrustedCertificate:
    row = TrustedCertificate.objects.select_for_update().filter(pk=certificate_id).first()
    if row is None:
        raise NotFound
    return row
