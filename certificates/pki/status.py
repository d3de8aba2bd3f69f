"""The question that a verifier asks about one certificate's revocation, and who answers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cryptography import x509

from certificates.pki.rules import OcspRule

if TYPE_CHECKING:
    from certificates.pki.ocsp import OcspStatus


@dataclass(frozen=True)
class Question:
    """One certificate, the one that issued it, and the rule of that authority's row.

    `staple` is the answer that the server brought along (RFC 6066 section 8), for its own certificate only.
    """

    certificate: x509.Certificate
    issuer: x509.Certificate
    rule: OcspRule
    now: datetime
    staple: bytes | None = None


class StatusSource(Protocol):
    """Whoever can say how a certificate stands: from a staple, a cache, or a responder."""

    def status(self, question: Question) -> OcspStatus:
        """Answer within the source's own time; raises nothing."""
