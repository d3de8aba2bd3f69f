"""Asks OpenSSL whether a list covers a certificate, and whether the certificate stands on it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from OpenSSL import crypto

from certificates.pki.crl_checks import CrlRefused, extension_of
from certificates.pki.fields import read

CRL_FLAGS: Final = crypto.X509StoreFlags.CRL_CHECK | 0x1000 | crypto.X509StoreFlags.PARTIAL_CHAIN
"""Check the certificate against lists, partitioned ones included (X509_V_FLAG_EXTENDED_CRL_SUPPORT)."""
CODES: Final = {
    3: "CRL_MISSING",
    5: "CRL_BAD_SIGNATURE",
    8: "CRL_BAD_SIGNATURE",
    11: "CRL_NOT_YET_VALID",
    12: "CRL_EXPIRED",
    15: "CRL_UNREADABLE",
    16: "CRL_UNREADABLE",
    23: "REVOKED_CRL",
    33: "CRL_WRONG_ISSUER",
    35: "CRL_SIGNER_NOT_AUTHORIZED",
    36: "CRL_UNKNOWN_CRITICAL_EXT",
    44: "CRL_WRONG_SCOPE",
    54: "CRL_SIGNER_NOT_AUTHORIZED",
}
"""Numbers of X509_verify_cert that are about the list."""
AFTER_THE_LISTS: Final = frozenset({7, 9, 10, 13, 14})
"""What X509_verify_cert looks at only when the lists have cleared the certificate: signatures and dates."""


def answer_of(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    loaded: x509.CertificateRevocationList,
    *,
    now: datetime | None,
) -> str | None:
    """Return None when the list clears the certificate, else a code; without `now` its dates do not count.

    The list must have passed `crl_checks`. Where OpenSSL stops at a fault of the certificates themselves
    before it comes to the list, the entries are looked up here: the fault is for others to tell.
    """
    error = _error_of(certificate, issuer, loaded, now or loaded.last_update_utc)
    if error is None or error in AFTER_THE_LISTS:
        return None
    if error not in CODES or (now is None and error in (11, 12)):
        return _plain_answer(certificate, loaded)
    if CODES[error] == "CRL_MISSING" and not _is_covered(certificate, loaded):
        return "CRL_WRONG_SCOPE"
    return CODES[error]


def _error_of(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    loaded: x509.CertificateRevocationList,
    at: datetime,
) -> int | None:
    store = crypto.X509Store()
    try:
        store.add_cert(crypto.X509.from_cryptography(issuer))
        store.set_flags(CRL_FLAGS)
        store.set_time(at.astimezone(UTC))
        store.add_crl(loaded)
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(certificate)).verify_certificate()
    except crypto.X509StoreContextError as error:
        return int(error.errors[0])
    except crypto.Error as error:
        raise CrlRefused("CRL_UNREADABLE", {"detail": str(error)}) from error
    return None


def _plain_answer(certificate: x509.Certificate, loaded: x509.CertificateRevocationList) -> str | None:
    if not _is_covered(certificate, loaded):
        return "CRL_WRONG_SCOPE"
    entry = loaded.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return None if entry is None else "REVOKED_CRL"


def _is_covered(certificate: x509.Certificate, loaded: x509.CertificateRevocationList) -> bool:
    """Whether the list speaks of certificates of this kind and of this distribution point."""
    scope = extension_of(loaded, x509.IssuingDistributionPoint)
    if scope is None:
        return True
    is_ca = read(certificate).is_ca is True
    if (scope.only_contains_user_certs and is_ca) or (scope.only_contains_ca_certs and not is_ca):
        return False
    if scope.full_name is None:
        return scope.relative_name is None
    return not set(scope.full_name).isdisjoint(_points_of(certificate))


def _points_of(certificate: x509.Certificate) -> set[x509.GeneralName]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return set()
    return {name for point in points if not point.crl_issuer for name in point.full_name or ()}
