"""The one decision about a chain, for every use: connection test, delivery, CRL, OCSP and token endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from certificates.pki import assumed, border, gates, loose, openssl, path
from certificates.pki.asked import Asked, Policy
from certificates.pki.refusal import Refusal
from certificates.pki.status import StatusSource
from certificates.pki.trust import TrustView
from certificates.pki.verdict import Verdict

DEFAULT: Final = Policy()
LATE_ERRORS: Final = frozenset({7, 9, 10, 47, 48, 49, 51, 52, 53})
"""What X509_verify_cert looks at only after the security level."""


def verify(
    *,
    presented: Sequence[bytes],
    anchors: TrustView,
    host: str,
    usage: str,
    now: datetime,
    crls: Sequence[bytes] = (),
    ocsp: StatusSource | None = None,
    policy: Policy = DEFAULT,
) -> Verdict:
    """Decide without a connection what a handshake would decide about the certificates that a server sent.

    `presented` is in DER, the server's own first. `anchors` are the rows of the store: those that are
    enabled, carry `usage` and are in date at `now` may end the chain. An empty `host` compares no name.
    `crls` count besides the lists of the rows; without `ocsp` no responder is asked. The verdict holds the
    chain that was used, the code, the certificate and depth at fault, and every further finding.
    """
    view = anchors if anchors.usage == usage else replace(anchors, usage=usage)
    asked = Asked(host, view, now, policy, tuple(crls), ocsp)
    return border.decided(presented, lambda: _decide(tuple(presented), asked))


def _decide(presented: tuple[bytes, ...], asked: Asked) -> Verdict:
    if not presented:
        return Verdict("CERT_UNREADABLE", {"detail": "no certificate"}, 0)
    for place, der in enumerate(presented):
        # One such certificate ends a handshake, wherever it stands.
        if loose.parse(der) is None:
            return path.refused_unread(der, place, presented)
    trusted = [row.anchor for row in asked.view.anchors(asked.now) if row.anchor is not None]
    answer = openssl.verified_chain(presented, trusted=trusted, now=asked.now, purpose=asked.policy.purpose)
    if isinstance(answer, Refusal):
        return _refused(answer, presented, asked)
    wrong = gates.level_finding(answer, asked=asked)
    if wrong is None:
        return gates.judge(presented, answer, asked=asked)
    return path.refused_by(wrong, presented, answer, asked=asked)


def _refused(refusal: Refusal, presented: tuple[bytes, ...], asked: Asked) -> Verdict:
    """Explain OpenSSL's refusal, unless the handshake would have stopped earlier, at its security level.

    The key of the server's own certificate is looked at before a chain is built, everything else after that.
    """
    is_late = refusal.error in LATE_ERRORS
    chain = assumed.assumed_chain(presented, asked) if is_late else presented[:1]
    earlier = gates.level_finding(chain, asked=asked)
    if earlier is not None:
        return path.refused_by(earlier, presented, chain, asked=asked)
    return path.explain(refusal, presented=presented, asked=asked)
