"""What a repair offers: certificates to import, and rows of the store to switch on."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.chains.climb import Role
from certificates.models import TrustedCertificate
from certificates.pki.fields import CertificateFields
from certificates.pki.parse import ParsedCertificate
from certificates.pki.verdict import Finding, Verdict
from certificates.repair.proposals import can_repair
from certificates.usages import Usage


@dataclass(frozen=True)
class Way:
    """One certificate that could be imported; `below` are those that must come with it.

    `outcome` is what the connection would be told afterwards; `source` is presented, fetched or file. The
    `token` stands for the proposal and for all that is imported.
    """

    certificate: ParsedCertificate
    role: Role
    source: str
    outcome: Verdict
    token: str
    below: tuple[ParsedCertificate, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def ends_the_refusal(self) -> bool:
        """Whether the chain would be believed; another fault, such as a wrong name, may still be there."""
        return not can_repair(self.outcome.code, self.outcome.params)

    @property
    def taken(self) -> tuple[ParsedCertificate, ...]:
        """What is imported, the topmost first."""
        return (self.certificate, *self.below)


@dataclass(frozen=True)
class Switch:
    """One trusted certificate that is there already and would do, once enabled or ticked.

    The `token` stands for the proposal, for the certificate and for what would be changed of it.
    """

    certificate: TrustedCertificate
    adds: frozenset[Usage]
    outcome: Verdict
    token: str

    @property
    def enables(self) -> bool:
        """Whether it is disabled now."""
        return not self.certificate.is_enabled


@dataclass(frozen=True)
class Outlook:
    """All ways, the topmost first; `missing` is the issuer that was not sent, `issuer_url` where it lies.

    `file_token` stands for what else a file may bring with it: what was fetched. `expired` is a root that the
    server sends after its end, which keeps whatever else is trusted from helping.
    """

    ways: tuple[Way, ...]
    switches: tuple[Switch, ...]
    file_token: str
    missing: str = ""
    issuer_url: str = ""
    expired: CertificateFields | None = None

    @property
    def offered(self) -> tuple[Way, ...]:
        """The ways that end the refusal."""
        return tuple(way for way in self.ways if way.ends_the_refusal)
