"""The single faults for which a revocation list is refused (RFC 5280 sections 5 and 6.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from certificates.pki import fields
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.oids import WEAK_DIGESTS

E = TypeVar("E", bound=x509.ExtensionType)

UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.ISSUING_DISTRIBUTION_POINT,
        ExtensionOID.DELTA_CRL_INDICATOR,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CRL_NUMBER,
    }
)
"""Extensions of a list that may be critical; the number may not, which `number_of` says."""
WEAK_NAMES: Final = {"md5": "MD5", "sha1": "SHA-1"}
"""Broken digests by the names of the library."""
CRITICAL: Final = b"\x01\x01\xff"
"""How DER writes that an extension is critical."""
MOST_NUMBER_BITS: Final = 160
"""The longest list number that RFC 5280 section 5.2.3 allows has 20 octets."""


class CrlRefused(Exception):
    """The list cannot be used: a code of the taxonomy with its parameters."""

    def __init__(self, code: str, params: Mapping[str, str]) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params)


def refuse_unfit(loaded: x509.CertificateRevocationList, authority: x509.Certificate) -> None:
    """Refuse a list of another issuer, one the authority may not or did not sign, or one not understood."""
    _refuse_other_issuer(loaded, authority)
    refuse_unsound(loaded, authority)


def refuse_unsound(loaded: x509.CertificateRevocationList, authority: x509.Certificate) -> None:
    """Refuse a list that an authority may not or did not sign, or one not understood; names do not count."""
    _refuse_without_right(authority)
    refuse_weak(loaded)
    if not is_signed_by(loaded, authority):
        raise CrlRefused("CRL_BAD_SIGNATURE", {})
    _refuse_not_understood(loaded)


def refuse_weak(loaded: x509.CertificateRevocationList) -> None:
    """Refuse a list whose signature rests on a digest that is broken, the one inside RSASSA-PSS included."""
    algorithm = loaded.signature_algorithm_oid.dotted_string
    if algorithm in WEAK_DIGESTS:
        raise CrlRefused("CRL_WEAK_SIGNATURE", {"digest": WEAK_DIGESTS[algorithm]})
    digest = loaded.signature_hash_algorithm
    if digest is not None and digest.name in WEAK_NAMES:
        raise CrlRefused("CRL_WEAK_SIGNATURE", {"digest": WEAK_NAMES[digest.name]})


def is_signed_by(loaded: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    """Whether the signature on a list is that of the key of an authority."""
    try:
        return loaded.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except TypeError:
        return False


def refuse_partial(loaded: x509.CertificateRevocationList) -> None:
    """Refuse a delta, and a list that speaks for other issuers or of some revocations only."""
    if extension_of(loaded, x509.DeltaCRLIndicator) is not None:
        raise CrlRefused("CRL_DELTA", {})
    scope = extension_of(loaded, x509.IssuingDistributionPoint)
    if scope is None:
        return
    for is_so, detail in (
        (scope.indirect_crl, "indirectCRL"),
        (scope.only_contains_attribute_certs, "onlyContainsAttributeCerts"),
        (scope.only_some_reasons is not None, "onlySomeReasons"),
    ):
        if is_so:
            raise CrlRefused("CRL_WRONG_SCOPE", {"detail": detail})


def number_of(loaded: x509.CertificateRevocationList) -> int | None:
    """The number of the list, None in version 1; refuses one that is missing, critical or out of range."""
    if not is_version_2(loaded):
        return None
    try:
        found = loaded.extensions.get_extension_for_class(x509.CRLNumber)
    except x509.ExtensionNotFound:
        raise CrlRefused("CRL_BAD_NUMBER", {"detail": "missing"}) from None
    if found.critical:
        raise CrlRefused("CRL_BAD_NUMBER", {"detail": "critical"})
    number = found.value.crl_number
    if number < 0 or number.bit_length() > MOST_NUMBER_BITS:
        raise CrlRefused("CRL_BAD_NUMBER", {"detail": "out of range"})
    return number


def refuse_out_of_date(loaded: x509.CertificateRevocationList, now: datetime) -> None:
    """Refuse a list whose time has not come, is over, or is not told."""
    begins, ends = loaded.last_update_utc, loaded.next_update_utc
    if begins > now:
        raise CrlRefused("CRL_NOT_YET_VALID", {"date": begins.isoformat()})
    if ends is None:
        raise CrlRefused("CRL_WITHOUT_END", {})
    if ends < now:
        raise CrlRefused("CRL_EXPIRED", {"date": ends.isoformat()})


def extension_of(loaded: x509.CertificateRevocationList, kind: type[E]) -> E | None:
    """The value of one extension of the list, if it has it."""
    try:
        return loaded.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def entry_of(
    certificate: x509.Certificate, loaded: x509.CertificateRevocationList
) -> x509.RevokedCertificate | None:
    """The entry with the serial number of a certificate, if the list has one."""
    serial = certificate.serial_number
    if serial < 0:  # The library looks up no such number, and reads it all the same.
        return next((entry for entry in loaded if entry.serial_number == serial), None)
    return loaded.get_revoked_certificate_by_serial_number(serial)


def entry_params(entry: x509.RevokedCertificate | None) -> Mapping[str, str]:
    """When and why the certificate was revoked, as far as the entry can be read."""
    if entry is None:
        return {"date": "", "reason": "unspecified"}
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (*UNREADABLE, x509.ExtensionNotFound):
        reason = "unspecified"
    return {"date": entry.revocation_date_utc.isoformat(), "reason": reason}


def is_version_2(loaded: x509.CertificateRevocationList) -> bool:
    """Whether the list begins with a version number, as all do that have extensions (RFC 5280 5.1.2.1)."""
    body = loaded.tbs_certlist_bytes
    start = 2 + (body[1] & 0x7F if body[1] & 0x80 else 0)
    return body[start : start + 3] == b"\x02\x01\x01"


def _refuse_other_issuer(loaded: x509.CertificateRevocationList, authority: x509.Certificate) -> None:
    told = fields.name_key(loaded.issuer)
    if not told or told != fields.read(authority).subject_key:
        raise CrlRefused("CRL_WRONG_ISSUER", {"found": loaded.issuer.rfc4514_string()})


def _refuse_without_right(authority: x509.Certificate) -> None:
    try:
        usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.crl_sign:
        raise CrlRefused("CRL_SIGNER_NOT_AUTHORIZED", {"detail": "keyUsage without cRLSign"})


def _refuse_not_understood(loaded: x509.CertificateRevocationList) -> None:
    """Refuse unknown critical extensions of the list, and any of an entry: OpenSSL understands none of those.

    A list can have half a million entries, and hardly any holds a critical extension: they are looked at one
    by one only when the bytes hold more marks of one than the list itself accounts for.
    """
    critical = [e.oid for e in loaded.extensions if e.critical]
    unknown = [oid.dotted_string for oid in critical if oid not in UNDERSTOOD]
    if unknown:
        raise CrlRefused("CRL_UNKNOWN_CRITICAL_EXT", {"detail": ", ".join(unknown)})
    if loaded.tbs_certlist_bytes.count(CRITICAL) <= len(critical):
        return
    for entry in loaded:
        for extension in entry.extensions:
            if extension.critical:
                raise CrlRefused("CRL_UNKNOWN_CRITICAL_EXT", {"detail": extension.oid.dotted_string})
