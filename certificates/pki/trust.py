"""The trusted certificates as one connection sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from cryptography import x509

from certificates.pki import fields

INFRASTRUCTURE: Final = "infrastructure"
ENDPOINTS: Final = "endpoints"
ADMIN_AUTH: Final = "admin_auth"
CISCO_SERVICES: Final = "cisco_services"


@dataclass(frozen=True)
class TrustedRow:
    """One trusted certificate; what is read of it is read once and kept with the row."""

    der: bytes
    name: str
    enabled: bool
    usages: frozenset[str]

    @cached_property
    def certificate(self) -> x509.Certificate | None:
        """The loaded certificate, or None when the bytes cannot be read."""
        try:
            return fields.load(self.der)
        except fields.CertificateUnreadable:
            return None

    @cached_property
    def fields(self) -> fields.CertificateFields | None:
        """All fields of the certificate, or None when the bytes cannot be read."""
        return None if self.certificate is None else fields.read(self.certificate)

    def is_in_date(self, now: datetime) -> bool:
        """Whether the validity period of the certificate covers `now`."""
        found = self.certificate
        return found is not None and found.not_valid_before_utc <= now <= found.not_valid_after_utc


@dataclass(frozen=True)
class TrustView:
    """Every row of the store, the usage that is asked for, and the store's version.

    Rows that cannot be an anchor stay in the view, so that a refusal can say which row would have helped.
    With `second_gate` off, a disagreement of the second verifier is a warning instead of a refusal.
    """

    rows: tuple[TrustedRow, ...]
    usage: str
    version: int
    second_gate: bool = True

    def anchors(self, now: datetime) -> tuple[TrustedRow, ...]:
        """The rows that may end a chain at `now`: enabled, carrying the usage, in date."""
        return tuple(r for r in self.rows if r.enabled and self.usage in r.usages and r.is_in_date(now))
