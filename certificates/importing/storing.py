"""Takes one file into the store as commands do it: all of its certificates or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from certificates.importing import confirmations, rows
from certificates.importing.confirmations import Confirmation
from certificates.importing.judging import Judgement, extension_findings, judge, usage_findings
from certificates.importing.naming import NameGiver, is_name_taken
from certificates.importing.rows import Imported, Stamp, Wish
from certificates.models import StoreVersion
from certificates.pki.parse import ParsedCertificate, ParseRefused, parse_file
from certificates.pki.verdict import Finding
from certificates.usages import Usage


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
class ImportResult:
    """What was stored, and what is worth knowing about it."""

    certificates: tuple[Imported, ...]
    warnings: tuple[Finding, ...]


def import_certificates(  # noqa: PLR0913 - the door keeps its arguments, new ones have defaults
    *,
    data: bytes,
    usages: frozenset[Usage],
    name: str = "",
    description: str = "",
    accept_warnings: bool = False,
    confirmed: frozenset[Confirmation] = frozenset(),
    validate_extensions: bool = False,
    actor: str,
    now: datetime,
    address: str = "",
) -> ImportResult:
    """Store every certificate of a PEM, DER or PKCS#7 file and record it in the audit.

    An empty `name` gives each one a name of the form `issued-to#issued-by#00001`; in a bundle a given name
    gets a number from the second on. Raises ImportRefused for an unreadable file, a private key, a duplicate,
    a name in use, or usages without those they need; with `validate_extensions` for what does not say that it
    is an authority; and for warnings, unless `accept_warnings` accepts all or `confirmed` the box of each.
    """
    accepted = frozenset(Confirmation) if accept_warnings else confirmed
    try:
        parsed = parse_file(data)
    except ParseRefused as refusal:
        raise ImportRefused(refusal.findings) from refusal
    with transaction.atomic():
        judged = judge(parsed, now=now)
        errors = [
            *usage_findings(usages),
            *_errors(judged, validate_extensions),
            *_name_findings(name.strip()),
        ]
        warnings = [finding for judgement in judged for finding in judgement.warnings]
        unconfirmed = confirmations.without(warnings, accepted)
        if errors or unconfirmed:
            raise ImportRefused([*errors, *unconfirmed], parsed)
        wishes = _wishes(judged, name.strip(), description.strip(), usages)
        try:
            stored = tuple(rows.store(wish, Stamp(actor, now, address)) for wish in wishes)
        except IntegrityError as error:
            raise ImportRefused([Finding("CHANGED_MEANWHILE", {}, "E")], parsed) from error
        StoreVersion.bump()
    return ImportResult(stored, tuple(warnings))


def _wishes(judged: Sequence[Judgement], name: str, description: str, usages: frozenset[Usage]) -> list[Wish]:
    names = NameGiver()
    return [
        Wish(
            item=judgement.item,
            name=names.free(name) if name else names.default_for(judgement.item.fields),
            description=description,
            usages=usages,
            confirmed=confirmations.boxes_for(judgement.warnings),
        )
        for judgement in judged
    ]


def _errors(judged: Sequence[Judgement], validate_extensions: bool) -> list[Finding]:
    found = [finding for judgement in judged if (finding := judgement.duplicate_finding)]
    if validate_extensions:
        found += [finding for judgement in judged for finding in extension_findings(judgement.item)]
    return found


def _name_findings(name: str) -> list[Finding]:
    if name and is_name_taken(name):
        return [Finding("NAME_TAKEN", {"name": name}, "E")]
    return []
