"""Judges what was read against the store: duplicates, what needs a confirmation, what it could replace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certificates.models import TrustedCertificate
from certificates.pki import checks
from certificates.pki.fields import CertificateFields
from certificates.pki.parse import ParsedCertificate
from certificates.pki.verdict import Finding
from certificates.usages import Usage, missing_for

MOST_LOOKED_AT: Final = 2000
"""Rows of the same names that are read at most; a store can hold thousands of certificates of one name."""


@dataclass(frozen=True)
class Judgement:
    """One certificate, what an admin should know of it, and the rows of the store that it meets.

    `duplicate` is the very same certificate; `predecessors` are others of the same subject, which it could
    replace, the one that ends last first.
    """

    item: ParsedCertificate
    warnings: tuple[Finding, ...]
    duplicate: TrustedCertificate | None
    predecessors: tuple[TrustedCertificate, ...]

    @property
    def duplicate_finding(self) -> Finding | None:
        """The error that refuses what is already there."""
        if self.duplicate is None:
            return None
        return Finding("DUPLICATE", {**self.item.place, "name": self.duplicate.friendly_name}, "E")

    def warnings_unless_replacing(self, replaced: int | None) -> list[Finding]:
        """The warnings; that the same key is there already is none when its row goes."""
        return [
            finding
            for finding in self.warnings
            if finding.code != "SAME_AUTHORITY" or finding.params["id"] != str(replaced)
        ]


def judge(
    parsed: Sequence[ParsedCertificate], *, now: datetime, apart_from: Collection[int] = ()
) -> tuple[Judgement, ...]:
    """Judge certificates with two questions to the database; rows `apart_from` count as not there."""
    held = _held([item.fields.sha256 for item in parsed])
    related = _related([item.fields.subject_key for item in parsed], frozenset(apart_from))
    return tuple(_judgement(item, held, related, now) for item in parsed)


def usage_findings(usages: frozenset[Usage]) -> list[Finding]:
    """Say which chosen usages lack one that they need."""
    return [
        Finding("USAGE_NEEDS", {"usage": usage.value, "needs": ",".join(needs)}, "E")
        for usage, needs in missing_for(usages).items()
    ]


def extension_findings(item: ParsedCertificate) -> list[Finding]:
    """What *Validate certificate extensions* misses: CA true, and a key usage that may sign certificates."""
    found = item.fields
    named = {"name": found.display_name, **item.place}
    codes = []
    if found.is_ca is not True:
        codes.append("NO_BASIC_CONSTRAINTS" if found.is_ca is None else "CONSTRAINTS_CA_FALSE")
    if found.may_sign_certificates is not True:
        codes.append("NO_KEY_USAGE" if found.may_sign_certificates is None else "USAGE_WITHOUT_CERT_SIGN")
    return [Finding(code, named, "E") for code in codes]


def _judgement(
    item: ParsedCertificate,
    held: Mapping[str, TrustedCertificate],
    related: Mapping[str, Sequence[TrustedCertificate]],
    now: datetime,
) -> Judgement:
    found = item.fields
    duplicate = held.get(found.sha256)
    others = (
        () if duplicate else tuple(row for row in related[found.subject_key] if row.sha256 != found.sha256)
    )
    return Judgement(item, tuple(_warnings(item, others, now)), duplicate, others)


def _warnings(
    item: ParsedCertificate, others: Sequence[TrustedCertificate], now: datetime
) -> Iterator[Finding]:
    found: CertificateFields = item.fields
    for warning in checks.import_warnings(found, now=now):
        yield Finding(warning.code, {**warning.params, **item.place}, "W")
    same = next((row for row in others if row.key_sha256 == found.key_sha256), None)
    if same is not None:
        params = {"name": found.display_name, "other": same.friendly_name, "id": str(same.pk)}
        yield Finding("SAME_AUTHORITY", {**params, **item.place}, "W")


def _held(fingerprints: Sequence[str]) -> Mapping[str, TrustedCertificate]:
    rows = TrustedCertificate.objects.filter(sha256__in=fingerprints).for_listing()
    return {row.sha256: row for row in rows}


def _related(
    subject_keys: Sequence[str], apart_from: frozenset[int]
) -> Mapping[str, Sequence[TrustedCertificate]]:
    wanted = {key for key in subject_keys if key}
    rows = (
        TrustedCertificate.objects.filter(subject_key__in=wanted).for_listing().order_by("-not_after", "pk")
    )
    found: dict[str, list[TrustedCertificate]] = defaultdict(list)
    for row in rows[:MOST_LOOKED_AT]:
        if row.pk not in apart_from:
            found[row.subject_key].append(row)
    return found
