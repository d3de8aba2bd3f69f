"""The trusted certificates as one connection sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from cryptography import x509
from OpenSSL import crypto

from certificates.pki import fields
from certificates.pki.field_reader import UNREADABLE

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
    def anchor(self) -> crypto.X509 | None:
        """The certificate as OpenSSL's store takes it; converting costs more than the rest of a context."""
        return None if self.certificate is None else crypto.X509.from_cryptography(self.certificate)

    @cached_property
    def subject(self) -> x509.Name | None:
        """The subject of the certificate, or None when it cannot be read."""
        try:
            return None if self.certificate is None else self.certificate.subject
        except UNREADABLE:
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
        return tuple(row for row in self.rows if self.is_anchor(row, now))

    def is_anchor(self, row: TrustedRow, now: datetime) -> bool:
        """Whether the row may end a chain at `now`."""
        return row.enabled and self.usage in row.usages and row.is_in_date(now)

    @cached_property
    def _by_subject(self) -> dict[x509.Name, list[TrustedRow]]:
        index: dict[x509.Name, list[TrustedRow]] = {}
        for row in self.rows:
            if row.subject is not None:
                index.setdefault(row.subject, []).append(row)
        return index

    @cached_property
    def _by_der(self) -> dict[bytes, TrustedRow]:
        return {row.der: row for row in self.rows}

    def named(self, subject: x509.Name) -> list[TrustedRow]:
        """The rows whose certificate has this subject."""
        return self._by_subject.get(subject, [])

    def row_of(self, der: bytes) -> TrustedRow | None:
        """The row that holds exactly this certificate."""
        return self._by_der.get(der)
