"""The trusted certificates as one connection sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol

from cryptography import x509
from OpenSSL import crypto

from certificates.pki import fields, loose
from certificates.pki.rules import CrlRule, OcspRule
from certificates.pki.status import StatusSource

INFRASTRUCTURE: Final = "infrastructure"
ENDPOINTS: Final = "endpoints"
ADMIN_AUTH: Final = "admin_auth"
CISCO_SERVICES: Final = "cisco_services"


@dataclass(frozen=True)
class TrustedRow:
    """One trusted certificate; what is read of it is read once and kept with the row.

    `ocsp` and `crl` say how certificates that it issued are checked for revocation; None: they are not.
    """

    der: bytes
    name: str
    enabled: bool
    usages: frozenset[str]
    ocsp: OcspRule | None = None
    crl: CrlRule | None = None

    @cached_property
    def certificate(self) -> x509.Certificate | None:
        """The loaded certificate, or None when the library or OpenSSL cannot read the bytes."""
        try:
            return None if self._parsed is None else fields.load(self.der)
        except fields.CertificateUnreadable:
            return None

    @cached_property
    def anchor(self) -> crypto.X509 | None:
        """The certificate as OpenSSL's store takes it; converting costs more than the rest of a context."""
        return None if self.certificate is None else self._parsed

    @cached_property
    def _parsed(self) -> crypto.X509 | None:
        return loose.parse(self.der)

    @cached_property
    def fields(self) -> fields.CertificateFields | None:
        """All fields of the certificate, or None when the bytes cannot be read."""
        return None if self.certificate is None else fields.read(self.certificate)

    def is_in_date(self, now: datetime) -> bool:
        """Whether the validity period covers `now`, both ends included, in whole seconds like OpenSSL."""
        found = self.certificate
        moment = now.replace(microsecond=0)
        return found is not None and found.not_valid_before_utc <= moment <= found.not_valid_after_utc


class Lookup(Protocol):
    """Rows that are looked up only when a reason is wanted: those that cannot be an anchor."""

    def named(self, subject_key: str) -> Sequence[TrustedRow]:
        """The rows whose subject has this key (`fields.name_key`)."""

    def holding(self, sha256: str) -> TrustedRow | None:
        """The row that holds the certificate with this fingerprint."""


@dataclass(frozen=True)
class TrustView:
    """The rows that a connection with one usage may rest on, and the store's version.

    `rows` holds at least every enabled row with the usage; the others may stand in `lookup`, so that a
    refusal can say which row would have helped. `ask_within` makes, for so many seconds, the one who answers
    for rows with a rule for OCSP. With `second_gate` off, a disagreement of the second verifier is a warning
    instead of a refusal.
    """

    rows: tuple[TrustedRow, ...]
    usage: str
    version: int
    second_gate: bool = True
    lookup: Lookup | None = field(default=None, compare=False)
    ask_within: Callable[[float], StatusSource] | None = field(default=None, compare=False)

    def anchors(self, now: datetime) -> tuple[TrustedRow, ...]:
        """The rows that may end a chain at `now`: enabled, carrying the usage, in date."""
        return tuple(row for row in self.rows if self.is_anchor(row, now))

    def is_anchor(self, row: TrustedRow, now: datetime) -> bool:
        """Whether the row may end a chain at `now`."""
        return row.enabled and self.usage in row.usages and row.is_in_date(now)

    @cached_property
    def _by_subject(self) -> Mapping[str, list[TrustedRow]]:
        index: dict[str, list[TrustedRow]] = {}
        for row in self.rows:
            if row.fields is not None and row.fields.subject_key:
                index.setdefault(row.fields.subject_key, []).append(row)
        return index

    @cached_property
    def _by_der(self) -> Mapping[bytes, TrustedRow]:
        return {row.der: row for row in self.rows}

    def named(self, key: str) -> list[TrustedRow]:
        """The rows whose certificate has the subject with this key, those of the usage first."""
        held = list(self._by_subject.get(key, ()))
        if self.lookup is None or not key:
            return held
        return held + [row for row in self.lookup.named(key) if row.der not in self._by_der]

    def row_of(self, der: bytes) -> TrustedRow | None:
        """The row that holds exactly this certificate."""
        held = self._by_der.get(der)
        if held is None and self.lookup is not None:
            return self.lookup.holding(fields.fingerprint(der))
        return held

    def authority_of(self, certificate: x509.Certificate, der: bytes) -> TrustedRow | None:
        """The row that speaks for an authority: this very certificate, else its name with the same key."""
        exact = self.row_of(der)
        if exact is not None:
            return exact
        found = fields.read(certificate)
        key = found.key_sha256
        same = [
            row
            for row in self.named(found.subject_key)
            if row.fields is not None and key and row.fields.key_sha256 == key
        ]
        return same[0] if same else None
