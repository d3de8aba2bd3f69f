"""What has to hold for a chain that OpenSSL accepts; the handshake and the offline answer both end here."""

from __future__ import annotations

from collections.abc import Sequence

from certificates.pki import (
    checks,
    constraints,
    fields,
    hostname,
    path,
    policies,
    revoked,
    second_gate,
    unreadable,
)
from certificates.pki.asked import Asked, Purpose
from certificates.pki.verdict import OK, Finding, Verdict, chain_at_fault


def judge(
    presented: Sequence[bytes], verified: Sequence[bytes], *, asked: Asked, staple: bytes | None = None
) -> Verdict:
    """Judge a chain that OpenSSL accepted: name, depth, second verifier, revocation, then warnings.

    The first error decides; the others follow as findings with the warnings. `staple` as in `revoked`. A
    certificate that cannot be loaded refuses the chain that it is a part of, and is a warning beside it.
    """
    depth = unreadable.first_of(verified)
    if depth is not None:
        return path.refused_unread(verified[depth], depth, presented)
    loadable = [der for der in presented if not unreadable.why_not_loaded(der)]
    found = [*_problems(loadable, verified, asked), *unreadable.extras(presented, verified)]
    found += revoked.revocation_findings(verified, asked=asked, others=loadable[1:], staple=staple)
    found += path.accepted_findings(verified, asked=asked)
    chain = path.accepted_chain(presented, verified)
    first = next((finding for finding in found if finding.severity == "E"), None)
    if first is None:
        return Verdict(OK, {}, None, "", chain, tuple(found))
    others = tuple(finding for finding in found if finding is not first)
    depth = first.depth or 0
    at_fault = verified[depth] if depth < len(verified) else presented[0]
    subject = fields.read(fields.load(at_fault)).subject
    return Verdict(first.code, first.params, depth, subject, chain_at_fault(chain, at_fault), others)


def level_finding(verified: Sequence[bytes], *, asked: Asked) -> Finding | None:
    """Say what the handshake refuses at security level 2, which OpenSSL applies only there.

    The chain ends with its anchor, whose own signature does not count.
    """
    readable = [
        (n, fields.read(fields.load(v))) for n, v in enumerate(verified) if not unreadable.why_not_loaded(v)
    ]
    for depth, found in readable:
        is_anchor = depth == len(verified) - 1
        for weak in checks.level_findings(found, is_server=depth == 0, is_anchor=is_anchor):
            return Finding(weak.code, weak.params, "E", depth)
    for depth, found in readable[:1]:
        if depth == 0 and asked.policy.purpose is Purpose.SERVER and found.key_kind not in checks.TLS_KEYS:
            params = {"name": found.display_name, "kind": found.key_kind}
            return Finding("KEY_NOT_FOR_TLS", params, "E", 0)
    return None


def _problems(presented: Sequence[bytes], verified: Sequence[bytes], asked: Asked) -> Sequence[Finding]:
    leaf = fields.load(presented[0])
    most = asked.policy.most_authorities
    found: list[Finding | None] = []
    named = hostname.name_finding(leaf, asked.host) if asked.host else None
    found.append(named)
    # A leaf whose names cannot be read cannot be read for its policies either.
    found.append(None if named is not None and named.code == "CERT_UNREADABLE" else _policy_finding(verified))
    found.append(constraints.anchor_finding(verified))
    found.append(constraints.constraint_finding(verified))
    found.append(constraints.usage_finding(verified, asked.policy.purpose))
    if most is not None and _authorities_between(verified) > most:
        found.append(Finding("CHAIN_TOO_LONG", {"name": fields.read(leaf).display_name}, "E", 0))
    # The second verifier finds these as well, and would only say the same again.
    if asked.policy.purpose is not Purpose.ANY and not any(found):
        found.append(second_gate.second_finding(verified, asked=asked))
    return [finding for finding in found if finding is not None]


def _policy_finding(verified: Sequence[bytes]) -> Finding | None:
    """Say that an authority of the chain demands a policy that the chain lacks (RFC 5280 6.1.5 g).

    Or that extensions cannot be read, so that nobody knows what they demand.
    """
    chain = [fields.load(der) for der in verified]
    try:
        policies.check_policies(chain)
    except policies.ExtensionsUnreadable as fault:
        return unreadable.finding(chain[fault.depth], fault.depth, detail=str(fault))
    except policies.PolicyFault as fault:
        params = {"name": fields.read(chain[0]).display_name, "detail": str(fault)}
        return Finding("POLICY_CONSTRAINT", params, "E", 0)
    return None


def _authorities_between(verified: Sequence[bytes]) -> int:
    """The certificates between the first and its anchor; self-issued ones do not count (RFC 5280 6.1.4 l)."""
    between = [fields.read(fields.load(der)) for der in verified[1:-1]]
    return sum(not found.is_self_issued for found in between)
