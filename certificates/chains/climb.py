"""From one trusted certificate upward through the store, issuer by issuer, to where the chain ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from cryptography import x509

from certificates.listing.query import Row, row_of
from certificates.models import TrustedCertificate
from certificates.pki import fields
from certificates.pki.fields import CertificateFields
from certificates.pki.issuers import has_signed

MOST_LINKS: Final = 12
MOST_OF_ONE_NAME: Final = 50


class End(StrEnum):
    """Why the climb goes no further."""

    ROOT = "root"
    NOT_HERE = "not here"
    OTHER_KEY = "other key"
    TOO_LONG = "too long"
    UNREADABLE = "unreadable"


class Role(StrEnum):
    """What a certificate is in the chain."""

    ROOT = "root"
    AUTHORITY = "authority"
    SERVER = "server"


@dataclass(frozen=True)
class Link:
    """One certificate of the chain; `others` are further rows that issued the one below it just as well."""

    row: Row
    role: Role
    is_anchor: bool
    others: tuple[TrustedCertificate, ...] = ()


@dataclass(frozen=True)
class Climb:
    """The chain, the certificate that was asked about first; `missing` is the issuer that was looked for.

    With OTHER_KEY, `rivals` are the rows that have the issuer's name and did not sign.
    """

    links: tuple[Link, ...]
    end: End
    missing: str = ""
    rivals: tuple[TrustedCertificate, ...] = ()

    @property
    def from_the_top(self) -> tuple[Link, ...]:
        """The links as they are drawn: the topmost first."""
        return self.links[::-1]

    @property
    def is_whole(self) -> bool:
        """Whether the chain ends at a root that is here."""
        return self.end is End.ROOT


@dataclass(frozen=True)
class _Step:
    stored: TrustedCertificate
    loaded: x509.Certificate
    found: CertificateFields


def climb_from(certificate: TrustedCertificate, *, now: datetime) -> Climb:
    """Follow issuer names and signatures upward through the store."""
    links = [_link(certificate, now)]
    step = _loaded(certificate)
    while step is not None:
        if step.found.is_self_issued and _signed(step, step):
            return Climb(tuple(links), End.ROOT)
        if len(links) == MOST_LINKS:
            return Climb(tuple(links), End.TOO_LONG)
        passed = {link.row.certificate.pk for link in links}
        named = [one for one in _named(step.found.issuer_key) if one.stored.pk not in passed]
        signers = sorted((one for one in named if _signed(one, step)), key=lambda one: _rank(one, now))
        if not signers:
            rivals = tuple(one.stored for one in named)
            end = End.OTHER_KEY if rivals else End.NOT_HERE
            return Climb(tuple(links), end, step.found.issuer_name or step.found.issuer, rivals)
        step = signers[0]
        links.append(_link(step.stored, now, tuple(one.stored for one in signers[1:])))
    return Climb(tuple(links), End.UNREADABLE)


def _loaded(certificate: TrustedCertificate) -> _Step | None:
    try:
        loaded = fields.load(bytes(certificate.der))
    except fields.CertificateUnreadable:
        return None
    return _Step(certificate, loaded, fields.read(loaded))


def _named(subject_key: str) -> Iterator[_Step]:
    """The rows with this subject, the enabled ones first."""
    rows = TrustedCertificate.objects.filter(subject_key=subject_key).order_by("-status", "-not_after", "pk")
    for row in rows[:MOST_OF_ONE_NAME] if subject_key else ():
        step = _loaded(row)
        if step is not None:
            yield step


def _signed(issuer: _Step, child: _Step) -> bool:
    """Whether the issuer signed; for digests that the library does not check, the key identifier tells."""
    answer = has_signed(issuer.loaded, child.loaded)
    if answer is not None:
        return answer
    wanted, held = child.found.authority_key_id, issuer.found.subject_key_id
    return not wanted or not held or wanted == held


def _rank(step: _Step, now: datetime) -> tuple[bool, bool, float]:
    """What may be used comes first, then what lasts longest."""
    row = step.stored
    return (not row.is_enabled, not row.not_before <= now <= row.not_after, -row.not_after.timestamp())


def _link(
    certificate: TrustedCertificate, now: datetime, others: tuple[TrustedCertificate, ...] = ()
) -> Link:
    is_in_date = certificate.not_before <= now <= certificate.not_after
    is_anchor = certificate.is_enabled and is_in_date and bool(certificate.usages)
    return Link(row_of(certificate, now=now), _role(certificate), is_anchor, others)


def _role(certificate: TrustedCertificate) -> Role:
    if certificate.is_self_issued:
        return Role.ROOT
    return Role.AUTHORITY if certificate.is_ca else Role.SERVER
