"""The ways out of a refused chain: each certificate that could be trusted, and what would come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates import truststore
from certificates.chains.climb import Role
from certificates.importing.judging import judge
from certificates.lookup import RememberedLookup
from certificates.models import Proposal, TrustedCertificate
from certificates.pki import fields
from certificates.pki.assumed import path_to
from certificates.pki.fields import CertificateFields
from certificates.pki.issuers import has_issued, has_signed, rows_named_as_issuer
from certificates.pki.parse import ParsedCertificate
from certificates.pki.trust import TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify
from certificates.repair.offers import Outlook, Switch, Way
from certificates.repair.proposals import MOST_CERTIFICATES, can_repair, fetched_of, presented_of
from certificates.repair.tokens import token_of
from certificates.usages import Usage

FOR_MAIL: Final = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})
"""The boxes that the authority of an SMTP server gets, as Cisco recommends."""

MOST_FETCHED: Final = 4
"""Issuers that are fetched for one chain at most."""

MOST_LINKS: Final = MOST_CERTIFICATES + MOST_FETCHED
"""Certificates of a path that are looked at, with what was fetched or uploaded."""

MOST_WAYS: Final = 6
"""Certificates that are offered at most, each of which costs a look at the whole chain; rows as well."""


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
    presented, fetched = presented_of(proposal), fetched_of(proposal)
    # A file goes first: it may hold the renewed certificate of an authority whose old one is sent.
    path = path_to(None, [presented[0], *file, *presented[1:], *fetched])[:MOST_LINKS]
    view = truststore.view_for(proposal.usage, now=now)
    if view.lookup is not None:
        view = replace(view, lookup=RememberedLookup(view.lookup))
    chain = _Chain(tuple(path), tuple(presented), proposal, view, now, frozenset(file))
    ways, switches = tuple(_ways(chain)), tuple(_switches(chain))
    top = fields.read(path[-1])
    is_open = not top.is_self_issued
    is_stuck = not switches and not any(way.ends_the_refusal for way in ways)
    return Outlook(
        ways=ways,
        switches=switches,
        file_token=token_of(proposal, "file", *fetched),
        missing=(top.issuer_name or top.issuer) if is_open else "",
        issuer_url=top.issuer_url if is_open and len(fetched) < MOST_FETCHED else "",
        expired=_expired_root(chain) if is_stuck else None,
    )


def topmost_of_file(outlook_: Outlook) -> Way | None:
    """The way that a file opens: its topmost certificate of the chain that ends the refusal."""
    return next((way for way in outlook_.offered if way.source == "file"), None)


def _ways(chain: _Chain) -> Iterator[Way]:
    """The certificates nearest to the root, and the server's own."""
    free = [depth for depth in reversed(range(len(chain.path))) if not _is_held(chain, depth)]
    chosen = free if len(free) <= MOST_WAYS else [*free[: MOST_WAYS - 1], free[-1]]
    ways = (_way(chain, depth) for depth in chosen)
    return (way for way in ways if way is not None)


def _way(chain: _Chain, depth: int) -> Way | None:
    """Trust the certificate at a depth, with those below it that the server does not send.

    None where the certificate does not prove by its signatures that those below it are genuine as well.
    """
    sent = set(chain.presented)
    ders = [_der(one) for one in chain.path]
    absent = [at for at in reversed(range(1, depth)) if ders[at] not in sent]
    if absent and not _is_signed_down_to(chain, depth, absent[-1]):
        return None
    items = [_parsed(ders[at], block) for block, at in enumerate([depth, *absent], start=1)]
    judged = [one for one in judge(items, now=chain.now) if one.duplicate is None]
    usages = frozenset({chain.proposal.usage, *(usage.value for usage in FOR_MAIL)})
    rows = [TrustedRow(one.item.der, one.item.fields.display_name, True, usages) for one in judged]
    below = tuple(one.item for one in judged if one.item is not items[0])
    return Way(
        certificate=items[0],
        role=_role(items[0].fields, depth),
        source=_source(chain, ders[depth]),
        outcome=chain.outcome(*rows),
        token=token_of(chain.proposal, "way", ders[depth], *(item.der for item in below)),
        below=below,
        warnings=tuple(finding for one in judged for finding in one.warnings),
    )


def _is_signed_down_to(chain: _Chain, top: int, bottom: int) -> bool:
    """Whether each certificate signed the one below it; a signature that cannot be checked is none."""
    return all(has_signed(chain.path[at + 1], chain.path[at]) is True for at in range(bottom, top))


def _switches(chain: _Chain) -> Iterator[Switch]:
    """The rows that are no anchor today and would end the chain as one, those nearest to the root first."""
    found: dict[str, TrustedRow] = {}
    for child in reversed(chain.path):
        own = chain.view.row_of(_der(child))
        for row in [*rows_named_as_issuer(child, chain.view), *([own] if own else [])]:
            above = row.certificate
            if chain.view.is_anchor(row, chain.now) or not row.is_in_date(chain.now):
                continue
            if above is not None and (row is own or has_issued(above, child)):
                found.setdefault(fields.fingerprint(row.der), row)
    switches = (_switch(chain, sha256, row) for sha256, row in islice(found.items(), MOST_WAYS))
    return (one for one in switches if one is not None)


def _switch(chain: _Chain, sha256: str, row: TrustedRow) -> Switch | None:
    adds = frozenset() if chain.proposal.usage in row.usages else _with_needed(chain.proposal.usage)
    usages = row.usages | {usage.value for usage in adds}
    outcome = chain.outcome(replace(row, enabled=True, usages=usages))
    stored = TrustedCertificate.objects.filter(sha256=sha256).first()
    if stored is None or can_repair(outcome.code, outcome.params):
        return None
    shown = [str(stored.pk), sha256, stored.status, *sorted(stored.usages), "+", *sorted(adds)]
    return Switch(stored, adds, outcome, token_of(chain.proposal, "switch", *shown))


def _expired_root(chain: _Chain) -> CertificateFields | None:
    """A root that the server sends although its time is over."""
    top = fields.read(chain.path[-1])
    is_sent = len(chain.path) > 1 and _der(chain.path[-1]) in chain.presented
    return top if is_sent and top.is_self_issued and top.not_after < chain.now else None


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
