"""What was read of an upload so far, and what of it may be taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from certificates.pki.fields import CertificateFields
from certificates.pki.verdict import Finding

MAX_CERTIFICATES: Final = 1000
MAX_FINDINGS: Final = 20
KEY_CODES: Final = frozenset({"PRIVATE_KEY", "PKCS12"})
"""What refuses everything beside it: the bytes are forgotten at once."""


class ParseRefused(Exception):
    """Nothing of the file is taken; `findings` says why, block by block."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings

    @property
    def is_about_keys(self) -> bool:
        """Whether the file held a private key, or a container that is made for one."""
        return any(finding.code in KEY_CODES for finding in self.findings)


@dataclass(frozen=True)
class ParsedCertificate:
    """One certificate with the file and the number of the block it stood in, counted from 1."""

    block: int
    der: bytes = field(repr=False)
    fields: CertificateFields
    file: str = ""

    @property
    def place(self) -> dict[str, str]:
        """Where it stood, as parameters of a finding."""
        return {"block": str(self.block)} | ({"file": self.file} if self.file else {})


@dataclass(frozen=True)
class Reading:
    """What an upload holds: certificates, and the faults of the blocks that are none."""

    certificates: tuple[ParsedCertificate, ...]
    faults: tuple[Finding, ...]


class Gathered:
    """Certificates and faults so far; memory stays small whatever a hostile file holds."""

    def __init__(self) -> None:
        self._certificates: dict[str, ParsedCertificate] = {}
        self._faults: list[Finding] = []
        self._keys: list[Finding] = []
        self._further = 0

    def add(self, result: ParsedCertificate | Finding) -> None:
        """Take one result; raises ParseRefused as soon as there are too many certificates."""
        if isinstance(result, Finding):
            self._add_fault(result)
            return
        first = self._certificates.setdefault(result.fields.sha256, result)
        if first is not result:
            self._add_fault(Finding("REPEATED_IN_FILE", {**result.place, "first": str(first.block)}, "E"))
        if len(self._certificates) > MAX_CERTIFICATES:
            raise too_many(len(self._certificates))

    def _add_fault(self, fault: Finding) -> None:
        kept = self._keys if fault.code in KEY_CODES else self._faults
        if fault in kept:
            return
        if len(kept) < MAX_FINDINGS:
            kept.append(fault)
        else:
            self._further += 1

    def reading(self) -> Reading:
        """Return the result; raises ParseRefused when nothing of it may be taken."""
        faults = self._keys or self._faults
        if self._further:
            faults = [*faults, error("MORE_FAULTS", count=self._further)]
        if self._keys or not self._certificates:
            raise ParseRefused(tuple(faults) or (error("NO_CERTIFICATE"),))
        return Reading(tuple(self._certificates.values()), tuple(faults))


def error(code: str, **params: object) -> Finding:
    """A finding that refuses what it is about."""
    return Finding(code, {name: str(value) for name, value in params.items()}, "E")


def refused(code: str, **params: object) -> ParseRefused:
    """A refusal of the whole upload for one reason."""
    return ParseRefused((error(code, **params),))


def too_many(count: int) -> ParseRefused:
    """The refusal of more certificates than are taken at a time."""
    return refused("TOO_MANY", count=count, limit=MAX_CERTIFICATES)
