"""What was found about a chain of certificates: a code with parameters, and no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from certificates.pki import fields, loose

OK: Final = "OK"

Source = Literal["presented", "store"]
Severity = Literal["E", "W"]


@dataclass(frozen=True)
class ChainCertificate:
    """One certificate of a chain, ready to be shown; `source` is "presented" by the server or "store".

    `is_at_fault` marks the one that the verdict's code is about.
    """

    subject: str
    issuer: str
    serial_hex: str
    not_before: datetime | None
    not_after: datetime | None
    sha256: str
    key: str
    signature: str
    names: tuple[str, ...]
    der: bytes = field(repr=False)
    source: str
    is_at_fault: bool = False

    def as_json(self) -> dict[str, Any]:
        """The certificate without its bytes, dates in ISO 8601."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial_hex,
            "not_before": self.not_before.isoformat() if self.not_before else None,
            "not_after": self.not_after.isoformat() if self.not_after else None,
            "sha256": self.sha256,
            "key": self.key,
            "signature": self.signature,
            "names": list(self.names),
            "source": self.source,
            "at_fault": self.is_at_fault,
        }


@dataclass(frozen=True)
class Finding:
    """Something else worth saying: an error (E) that would refuse by itself, or a warning (W).

    `depth` tells which certificate of the chain it is about, 0 the server's own.
    """

    code: str
    params: Mapping[str, str]
    severity: Severity
    depth: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding as plain values."""
        return {
            "code": self.code,
            "params": dict(self.params),
            "severity": self.severity,
            "depth": self.depth,
        }


@dataclass(frozen=True)
class Verdict:
    """`OK` or a code, the certificate at fault with its depth (0 is the server's), and further findings.

    A trusted certificate can be at fault without being a part of what was sent: the depth is then the one it
    would have had, and it stands last in `chain`.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    depth: int | None = None
    subject: str = ""
    chain: tuple[ChainCertificate, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether the chain is accepted."""
        return self.code == OK

    def as_json(self) -> dict[str, Any]:
        """The verdict as plain values, the code first."""
        return {
            "code": self.code,
            "params": dict(self.params),
            "depth": self.depth,
            "subject": self.subject,
            "chain": [certificate.as_json() for certificate in self.chain],
            "findings": [finding.as_json() for finding in self.findings],
        }


def chain_at_fault(chain: Sequence[ChainCertificate], der: bytes) -> tuple[ChainCertificate, ...]:
    """Mark the certificate at fault; one that the chain lacks is of the store and follows at the end."""
    marked = tuple(replace(one, is_at_fault=True) if one.der == der else one for one in chain)
    if any(one.is_at_fault for one in marked):
        return marked
    return (*marked, replace(chain_certificate(der, "store"), is_at_fault=True))


def chain_certificate(der: bytes, source: Source) -> ChainCertificate:
    """Describe one certificate; one that cannot be read is described by its subject and its fingerprint."""
    try:
        found = fields.read(fields.load(der))
    except fields.CertificateUnreadable:
        named, sha256 = loose.subject_of(der), fields.fingerprint(der)
        return ChainCertificate(named, "", "", None, None, sha256, "", "", (), der, source)
    return ChainCertificate(
        subject=found.subject,
        issuer=found.issuer,
        serial_hex=found.serial_hex,
        not_before=found.not_before,
        not_after=found.not_after,
        sha256=found.sha256,
        key=found.key,
        signature=found.signature,
        names=found.names,
        der=der,
        source=source,
    )
