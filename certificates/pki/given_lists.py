"""Sorts revocation lists that were handed over: which can be relied on, and why the others cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from cryptography import x509

from certificates.pki import crl, crl_checks, der, fields
from certificates.pki.crl_checks import CrlRefused, extension_of
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.verdict import Finding

T = TypeVar("T")

DATES: Final = frozenset({"CRL_EXPIRED", "CRL_NOT_YET_VALID"})
MEMBERS_BEFORE_DATES: Final = 4
"""Version, serial number, algorithm and issuer, in a certificate; a list has no serial number."""
RELEASED: Final = "removeFromCRL"
HELD: Final = "certificateHold"


@dataclass(frozen=True)
class Given:
    """A list that can be read, in DER and loaded."""

    der: bytes
    loaded: x509.CertificateRevocationList


@dataclass(frozen=True)
class Fault:
    """Why a list cannot be relied on; one that is `passing` counts only where no other list speaks."""

    given: Given
    finding: Finding
    passing: bool


def read_all(lists: Sequence[bytes]) -> tuple[list[Given], list[Finding]]:
    """Read lists in DER or PEM; one that cannot be read could be anybody's and is an error."""
    read, broken = [], []
    for data in lists:
        try:
            read.append(_read(data))
        except CrlRefused as refused:
            broken.append(Finding(refused.code, refused.params, "E", 0))
    return read, broken


def are_sound(
    lists: Sequence[Given], now: datetime, *, issuer: x509.Certificate | None = None
) -> tuple[list[Given], list[Fault]]:
    """Part lists that can be relied on from those with a fault.

    With an `issuer`, it has to be the one who signed them; without, OpenSSL looks for whoever did.
    """
    sound, faults = [], []
    for given in lists:
        finding = _fault_of(given.loaded, now, issuer)
        if finding is None:
            sound.append(given)
        else:
            faults.append(Fault(given, finding, _is_passing(given.loaded, finding, issuer)))
    return sound, faults


def issued_by_same(given: Given, certificate: x509.Certificate) -> bool:
    """Whether a list names the same issuer as a certificate, also where that name cannot be decoded."""
    told = _issuer_bytes(given.loaded.tbs_certlist_bytes)
    if told == _issuer_bytes(certificate.tbs_certificate_bytes):
        return True
    key = fields.read(certificate).issuer_key
    return bool(key) and key == _issuer_key(given.loaded)


def revoking_entry(certificate: x509.Certificate, lists: Sequence[Given]) -> x509.RevokedCertificate | None:
    """The entry that revokes a certificate for good, whatever other lists of its issuer say.

    Only a certificate on hold is ever released (RFC 5280 section 5.3.1); which list counts then, OpenSSL
    decides. The lists have to be sound and signed by the issuer of the certificate.
    """
    newest = max((_number(given) for given in lists if not is_delta(given)), default=-1)
    for given in lists:
        if _speaks_of_others(given.loaded):
            continue
        entry = crl_checks.entry_of(certificate, given.loaded)
        if entry is None:
            continue
        reason = crl_checks.entry_params(entry)["reason"]
        if is_delta(given):
            counts = reason != RELEASED and (reason != HELD or _number(given) > newest)
        else:
            counts = reason != HELD
        if counts:
            return entry
    return None


def is_delta(given: Given) -> bool:
    """Whether a list holds only what changed since another one."""
    return extension_of(given.loaded, x509.DeltaCRLIndicator) is not None


def is_signed(given: Given, authority: x509.Certificate) -> bool:
    """Whether the authority signed the list; not so where its key cannot be read."""
    return bool(_tried(lambda: crl_checks.is_signed_by(given.loaded, authority)))


def _read(data: bytes) -> Given:
    try:
        found = crl.as_der(data)
        loaded = x509.load_der_x509_crl(found)
        # Touched here, so that nothing below meets what cannot be read.
        list(loaded.extensions)
        loaded.get_revoked_certificate_by_serial_number(0)
        _issuer_bytes(loaded.tbs_certlist_bytes)
    except (*UNREADABLE, der.DerBroken) as error:
        raise CrlRefused("CRL_UNREADABLE", {"detail": str(error)}) from error
    return Given(found, loaded)


def _fault_of(
    loaded: x509.CertificateRevocationList, now: datetime, issuer: x509.Certificate | None
) -> Finding | None:
    try:
        if issuer is not None and not _is_indirect(loaded):
            crl_checks.refuse_unsound(loaded, issuer)
            crl_checks.number_of(loaded)
        crl_checks.refuse_weak(loaded)
        _refuse_hidden_delta(loaded)
        crl_checks.refuse_out_of_date(loaded, now)
    except CrlRefused as refused:
        return Finding(refused.code, refused.params, "E")
    except UNREADABLE as error:
        return Finding("CRL_UNREADABLE", {"detail": str(error)}, "E")
    return None


def _refuse_hidden_delta(loaded: x509.CertificateRevocationList) -> None:
    """Refuse a delta that says so without being critical (RFC 5280 section 5.2.4)."""
    for extension in loaded.extensions:
        if isinstance(extension.value, x509.DeltaCRLIndicator) and not extension.critical:
            raise CrlRefused("CRL_UNREADABLE", {"detail": "deltaCRLIndicator is not critical"})


def _is_passing(
    loaded: x509.CertificateRevocationList, finding: Finding, issuer: x509.Certificate | None
) -> bool:
    """Whether another list may stand in: for one out of date, or one that names another key of the issuer."""
    if finding.code in DATES:
        return True
    if finding.code != "CRL_BAD_SIGNATURE" or issuer is None:
        return False
    named = extension_of(loaded, x509.AuthorityKeyIdentifier)
    own = _tried(lambda: issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest)
    if own is None or named is None or named.key_identifier is None:
        return False
    return named.key_identifier != own


def _speaks_of_others(loaded: x509.CertificateRevocationList) -> bool:
    """Whether a serial number on the list need not be that of a certificate of its issuer."""
    scope = extension_of(loaded, x509.IssuingDistributionPoint)
    return scope is not None and (scope.indirect_crl or scope.only_contains_attribute_certs)


def _is_indirect(loaded: x509.CertificateRevocationList) -> bool:
    scope = extension_of(loaded, x509.IssuingDistributionPoint)
    return scope is not None and scope.indirect_crl


def _number(given: Given) -> int:
    found = extension_of(given.loaded, x509.CRLNumber)
    return -1 if found is None else found.crl_number


def _issuer_key(loaded: x509.CertificateRevocationList) -> str:
    return fields.name_key(_tried(lambda: loaded.issuer))


def _tried(getter: Callable[[], T]) -> T | None:
    try:
        return getter()
    except (*UNREADABLE, x509.ExtensionNotFound):
        return None


def _issuer_bytes(signed: bytes) -> bytes:
    """The issuer inside the signed part of a list or certificate: the second sequence in both."""
    outer = der.element_at(signed, 0, len(signed))
    members = islice(der.elements(signed, outer.content, outer.end), MEMBERS_BEFORE_DATES)
    sequences = [m for m in members if m.tag == der.SEQUENCE]
    if len(sequences) < 2:
        raise der.DerBroken("no issuer")
    return signed[sequences[1].start : sequences[1].end]
