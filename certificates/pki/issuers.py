"""Says which trusted certificate would have ended a chain, and why it did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import fields, names
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.trust import TrustedRow, TrustView


@dataclass(frozen=True)
class Place:
    """A certificate, and its depth in the chain that it is a part of or would have been."""

    certificate: x509.Certificate
    depth: int


@dataclass(frozen=True)
class Reason:
    """A code of the taxonomy with its parameters, and the certificate at fault.

    Without `at` it is the one that OpenSSL stopped at.
    """

    code: str
    params: Mapping[str, str]
    at: Place | None = None


@dataclass(frozen=True)
class Candidate:
    """A row that is a certificate of the path (or has its name and key), or that signed its topmost one."""

    row: TrustedRow
    place: Place


def has_signed(issuer: x509.Certificate, child: x509.Certificate) -> bool | None:
    """Whether the issuer's key made the child's signature; None when the library cannot tell (SHA-1, MD5)."""
    try:
        child.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    except UNREADABLE:
        return None
    return True


def has_issued(issuer: x509.Certificate, child: x509.Certificate) -> bool:
    """Whether the child names the issuer and carries its signature, as far as the library can tell."""
    return has_name_of_issuer(issuer, child) and has_signed(issuer, child) is not False


def has_name_of_issuer(issuer: x509.Certificate, child: x509.Certificate) -> bool:
    """Whether the child names the issuer."""
    try:
        return names.subject_of(issuer) == names.issuer_of(child)
    except UNREADABLE:
        return False


def explain_missing_anchor(path: Sequence[x509.Certificate], view: TrustView, now: datetime) -> Reason | None:
    """Name the row that would have anchored the path, or None; the server's certificate comes first in it.

    The order of the answers is fixed: disabled, trusted for other purposes, out of date, other key.
    """
    candidates = tuple(_candidates(path, view)) if path else ()
    for candidate in candidates:
        row = candidate.row
        if not row.enabled:
            return Reason("ISSUER_DISABLED", {"name": row.name}, candidate.place)
    for candidate in candidates:
        row = candidate.row
        if view.usage not in row.usages:
            held = ",".join(sorted(row.usages))
            params = {"name": row.name, "usages": held, "needed": view.usage}
            return Reason("ISSUER_WRONG_USAGE", params, candidate.place)
    for candidate in candidates:
        if not candidate.row.is_in_date(now):
            return _out_of_date(candidate, now)
    return _other_key(path, view)


def _candidates(path: Sequence[x509.Certificate], view: TrustView) -> Iterator[Candidate]:
    """From the top of the path down, because the topmost is what the chain lacked."""
    itself = _rows_of_same_authority(path[-1], view)
    for row in rows_named_as_issuer(path[-1], view):
        if row.certificate is None or row in itself:
            continue
        if has_signed(row.certificate, path[-1]) is not False:
            yield Candidate(row, Place(row.certificate, len(path)))
    for depth in reversed(range(len(path))):
        for row in _rows_of_same_authority(path[depth], view):
            yield Candidate(row, Place(row.certificate or path[depth], depth))


def _rows_of_same_authority(certificate: x509.Certificate, view: TrustView) -> list[TrustedRow]:
    try:
        key = certificate.public_key()
        rows = view.named(fields.read(certificate).subject_key)
        return [row for row in rows if row.certificate is not None and row.certificate.public_key() == key]
    except UNREADABLE:
        found = view.row_of(certificate.public_bytes(Encoding.DER))
        return [] if found is None else [found]


def rows_named_as_issuer(child: x509.Certificate, view: TrustView) -> list[TrustedRow]:
    """The rows, usable or not, whose subject is the child's issuer."""
    return view.named(fields.read(child).issuer_key)


def _other_key(path: Sequence[x509.Certificate], view: TrustView) -> Reason | None:
    for child in reversed(path):
        for row in rows_named_as_issuer(child, view):
            if row.certificate is not None and has_signed(row.certificate, child) is False:
                return Reason("ISSUER_KEY_MISMATCH", {"name": row.name})
    return None


def _out_of_date(candidate: Candidate, now: datetime) -> Reason:
    certificate = candidate.place.certificate
    named = {"role": "server" if candidate.place.depth == 0 else "root", "name": candidate.row.name}
    end = certificate.not_valid_after_utc
    if now > end:
        gone = {"date": end.isoformat(), "days": str((now - end).days)}
        return Reason("CERT_EXPIRED", named | gone, candidate.place)
    start = certificate.not_valid_before_utc.isoformat()
    return Reason("CERT_NOT_YET_VALID", named | {"date": start}, candidate.place)
