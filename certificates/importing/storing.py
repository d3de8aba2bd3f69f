"""Takes an uploaded file into the store: all of its certificates or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from certificates.models import StoreVersion, TrustedCertificate
from certificates.pki import checks
from certificates.pki.parse import ParsedCertificate, ParseRefused, parse_file
from certificates.pki.verdict import Finding
from certificates.usages import Usage, missing_for
from console import audit

NAME_LENGTH: Final = 255
PART_LENGTH: Final = 110


class ImportRefused(Exception):
    """Nothing was stored; `findings` names each block at fault, or only warnings that need a confirmation."""

    def __init__(self, findings: Sequence[Finding], parsed: Sequence[ParsedCertificate] = ()) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = tuple(findings)
        self.parsed = tuple(parsed)

    @property
    def is_only_warnings(self) -> bool:
        """Whether the same import succeeds when its warnings are accepted."""
        return all(finding.severity == "W" for finding in self.findings)


@dataclass(frozen=True)
class Imported:
    """One stored certificate."""

    id: int
    fingerprint: str
    friendly_name: str


@dataclass(frozen=True)
class ImportResult:
    """What was stored, and what is worth knowing about it."""

    certificates: tuple[Imported, ...]
    warnings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Request:
    usages: frozenset[Usage]
    name: str
    description: str
    actor: str
    now: datetime
    address: str


def import_certificates(
    *,
    data: bytes,
    usages: frozenset[Usage],
    name: str = "",
    description: str = "",
    accept_warnings: bool = False,
    actor: str,
    now: datetime,
    address: str = "",
) -> ImportResult:
    """Store every certificate of a PEM, DER or PKCS#7 file and record it in the audit.

    An empty `name` gives each one a name of the form `issued-to#issued-by#00001`; in a bundle a given name
    gets a number from the second on. Raises ImportRefused for an unreadable file, a private key, a duplicate,
    a name in use, or usages without those they need, and for warnings unless `accept_warnings` is set.
    """
    request = _Request(usages, name.strip(), description.strip(), actor, now, address)
    try:
        parsed = parse_file(data)
    except ParseRefused as refusal:
        raise ImportRefused(refusal.findings) from refusal
    warnings = tuple(_warnings(parsed, now))
    with transaction.atomic():
        errors = [*usage_findings(usages), *_duplicates(parsed), *_name_findings(request.name)]
        if errors or (warnings and not accept_warnings):
            raise ImportRefused([*errors, *warnings], parsed)
        try:
            stored = tuple(_store(item, request) for item in parsed)
        except IntegrityError as error:
            raise ImportRefused([Finding("CHANGED_MEANWHILE", {}, "E")], parsed) from error
        StoreVersion.bump()
    return ImportResult(stored, warnings)


def usage_findings(usages: frozenset[Usage]) -> list[Finding]:
    """Say which chosen usages lack one that they need."""
    return [
        Finding("USAGE_NEEDS", {"usage": usage.value, "needs": ",".join(needs)}, "E")
        for usage, needs in missing_for(usages).items()
    ]


def _warnings(parsed: Sequence[ParsedCertificate], now: datetime) -> Iterator[Finding]:
    keys = [item.fields for item in parsed]
    known = _known_authorities([found.subject for found in keys])
    for item in parsed:
        block = {"block": str(item.block)}
        for warning in checks.import_warnings(item.fields, now=now):
            yield Finding(warning.code, {**warning.params, **block}, "W")
        same = known.get((item.fields.subject, item.fields.key_sha256))
        if same is not None and same.sha256 != item.fields.sha256:
            params = {"name": item.fields.display_name, "other": same.friendly_name}
            yield Finding("SAME_AUTHORITY", params | block, "W")


def _known_authorities(subjects: Sequence[str]) -> Mapping[tuple[str, str], TrustedCertificate]:
    rows = TrustedCertificate.objects.filter(subject__in=subjects).only(
        "subject", "key_sha256", "friendly_name", "sha256"
    )
    return {(row.subject, row.key_sha256): row for row in rows}


def _duplicates(parsed: Sequence[ParsedCertificate]) -> list[Finding]:
    prints = [item.fields.sha256 for item in parsed]
    names = dict(TrustedCertificate.objects.filter(sha256__in=prints).values_list("sha256", "friendly_name"))
    return [
        Finding("DUPLICATE", {"block": str(item.block), "name": names[item.fields.sha256]}, "E")
        for item in parsed
        if item.fields.sha256 in names
    ]


def _name_findings(name: str) -> list[Finding]:
    if name and is_name_taken(name):
        return [Finding("NAME_TAKEN", {"name": name}, "E")]
    return []


def is_name_taken(name: str, *, by_other_than: int = 0) -> bool:
    """Whether another certificate has the friendly name, whatever the case of its letters."""
    return TrustedCertificate.objects.filter(friendly_name__iexact=name).exclude(pk=by_other_than).exists()


def _free_name(item: ParsedCertificate, wanted: str) -> str:
    """Return the wanted name, or the first free one after it."""
    if wanted and not is_name_taken(wanted):
        return wanted
    found = item.fields
    base = wanted or f"{found.display_name[:PART_LENGTH]}#{(found.issuer_name or found.issuer)[:PART_LENGTH]}"
    number = 2 if wanted else 1
    while True:
        name = f"{base} ({number})" if wanted else f"{base}#{number:05d}"
        if not is_name_taken(name):
            return name
        number += 1


def _store(item: ParsedCertificate, request: _Request) -> Imported:
    row = TrustedCertificate(
        friendly_name=_free_name(item, request.name),
        description=request.description,
        imported_at=request.now,
        imported_by=request.actor,
        **columns_of(item),
    )
    row.set_usages(request.usages)
    row.save(force_insert=True)
    audit.record(
        actor=request.actor,
        action="certificate.import",
        target=row.friendly_name,
        after=summary_of(row) | {"sha256": row.sha256, "subject": row.subject},
        now=request.now,
        address=request.address,
    )
    return Imported(row.pk, row.sha256, row.friendly_name)


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
