"""The ways out of a refused chain: each certificate that could be trusted, and what would come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates import truststore
from certificates.chains.climb import Role
from certificates.importing.judging import judge
from certificates.models import Proposal, TrustedCertificate
from certificates.pki import fields
from certificates.pki.assumed import path_to
from certificates.pki.fields import CertificateFields
from certificates.pki.issuers import has_issued, rows_named_as_issuer
from certificates.pki.parse import ParsedCertificate
from certificates.pki.trust import TrustedRow, TrustView
from certificates.pki.verdict import Finding, Verdict
from certificates.pki.verify import verify
from certificates.repair.proposals import can_repair, fetched_of, presented_of
from certificates.usages import Usage

FOR_MAIL: Final = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})
"""The boxes that the authority of an SMTP server gets, as Cisco recommends."""

MOST_FETCHED: Final = 4
"""Issuers that are fetched for one chain at most."""


@dataclass(frozen=True)
class Way:
    """One certificate that could be imported; `below` are those that must come with it.

    `outcome` is what the connection would be told afterwards; `source` is presented, fetched or file.
    """

    certificate: ParsedCertificate
    role: Role
    source: str
    outcome: Verdict
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
    """One trusted certificate that is there already and would do, once enabled or ticked."""

    certificate: TrustedCertificate
    adds: frozenset[Usage]
    outcome: Verdict

    @property
    def enables(self) -> bool:
        """Whether it is disabled now."""
        return not self.certificate.is_enabled


@dataclass(frozen=True)
class Outlook:
    """All ways, the topmost first; `missing` is the issuer that was not sent, `issuer_url` where it lies."""

    ways: tuple[Way, ...]
    switches: tuple[Switch, ...]
    missing: str = ""
    issuer_url: str = ""


@dataclass(frozen=True)
class _Chain:
    """The chain that is looked into, the server's own certificate first."""

    path: tuple[x509.Certificate, ...]
    presented: tuple[bytes, ...]
    proposal: Proposal
    view: TrustView
    now: datetime
    of_file: frozenset[bytes] = field(default=frozenset())

    def outcome(self, *rows: TrustedRow) -> Verdict:
        """What the connection would be told if these rows were in the store as well."""
        return verify(
            presented=self.presented,
            anchors=replace(self.view, rows=(*self.view.rows, *rows)),
            host=self.proposal.host,
            usage=self.proposal.usage,
            now=self.now,
        )


def outlook(proposal: Proposal, *, now: datetime, file: Sequence[bytes] = ()) -> Outlook:
    """Look into a refused chain, completed by what was fetched and by the certificates of a file."""
    presented = presented_of(proposal)
    fetched = fetched_of(proposal)
    path = path_to(None, [*presented, *fetched, *file])
    view = truststore.view_for(proposal.usage, now=now)
    chain = _Chain(tuple(path), tuple(presented), proposal, view, now, frozenset(file))
    top = fields.read(path[-1])
    is_open = not top.is_self_issued
    return Outlook(
        ways=tuple(_way(chain, depth) for depth in reversed(range(len(path))) if not _is_held(chain, depth)),
        switches=tuple(_switches(chain)),
        missing=(top.issuer_name or top.issuer) if is_open else "",
        issuer_url=top.issuer_url if is_open and len(fetched) < MOST_FETCHED else "",
    )


def topmost_of_file(outlook_: Outlook) -> Way | None:
    """The way that a file opens: its topmost certificate of the chain that ends the refusal."""
    return next((way for way in outlook_.ways if way.source == "file" and way.ends_the_refusal), None)


def _way(chain: _Chain, depth: int) -> Way:
    """Trust the certificate at a depth, with those below it that the server does not send."""
    sent = set(chain.presented)
    ders = [_der(one) for one in chain.path]
    between = [ders[at] for at in reversed(range(1, depth)) if ders[at] not in sent]
    items = [_parsed(der, block) for block, der in enumerate([ders[depth], *between], start=1)]
    judged = [one for one in judge(items, now=chain.now) if one.duplicate is None]
    usages = frozenset({chain.proposal.usage, *(usage.value for usage in FOR_MAIL)})
    rows = [TrustedRow(one.item.der, one.item.fields.display_name, True, usages) for one in judged]
    return Way(
        certificate=items[0],
        role=_role(items[0].fields, depth),
        source=_source(chain, ders[depth]),
        outcome=chain.outcome(*rows),
        below=tuple(one.item for one in judged if one.item is not items[0]),
        warnings=tuple(finding for one in judged for finding in one.warnings),
    )


def _switches(chain: _Chain) -> list[Switch]:
    """The rows that are no anchor today and would end the chain as one, those nearest to the root first."""
    found: dict[str, TrustedRow] = {}
    for child in reversed(chain.path):
        own = chain.view.row_of(_der(child))
        for row in [*rows_named_as_issuer(child, chain.view), *([own] if own else [])]:
            above = row.certificate
            if above is not None and (row is own or has_issued(above, child)):
                found.setdefault(fields.fingerprint(row.der), row)
    switches = (_switch(chain, sha256, row) for sha256, row in found.items())
    return [one for one in switches if one is not None]


def _switch(chain: _Chain, sha256: str, row: TrustedRow) -> Switch | None:
    if chain.view.is_anchor(row, chain.now) or not row.is_in_date(chain.now):
        return None
    adds = frozenset() if chain.proposal.usage in row.usages else _with_needed(chain.proposal.usage)
    usages = row.usages | {usage.value for usage in adds}
    outcome = chain.outcome(replace(row, enabled=True, usages=usages))
    stored = TrustedCertificate.objects.filter(sha256=sha256).first()
    if stored is None or can_repair(outcome.code, outcome.params):
        return None
    return Switch(stored, adds, outcome)


def _with_needed(usage: str) -> frozenset[Usage]:
    """The box itself; the first box gets the second as well, as Cisco recommends for an SMTP server."""
    return FOR_MAIL if Usage(usage) in FOR_MAIL else frozenset({Usage(usage)})


def _is_held(chain: _Chain, depth: int) -> bool:
    return chain.view.row_of(_der(chain.path[depth])) is not None


def _role(found: CertificateFields, depth: int) -> Role:
    if depth == 0:
        return Role.SERVER
    return Role.ROOT if found.is_self_issued else Role.AUTHORITY


def _source(chain: _Chain, der: bytes) -> str:
    if der in chain.of_file:
        return "file"
    return "presented" if der in chain.presented else "fetched"


def _parsed(der: bytes, block: int) -> ParsedCertificate:
    return ParsedCertificate(block=block, der=der, fields=fields.read(fields.load(der)))


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
