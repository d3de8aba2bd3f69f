"""Where the list of an authority may be found: the addresses that certificates name themselves."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from certificates.chains.seen import presented_of
from certificates.models import SeenChain, TrustedCertificate
from certificates.pki import fields
from certificates.pki.field_reader import UNREADABLE
from certificates.revocation.addresses import AddressRefused, clean_address


@dataclass(frozen=True)
class Offer:
    """An address to offer; `is_of_issued`: it stands in a certificate that the authority issued."""

    address: str
    is_of_issued: bool


def offer_for(certificate: TrustedCertificate) -> Offer | None:
    """Return the first web address that tells where the list of this authority is.

    Certificates that it issued name the list that it signs; its own names that of the authority above, which
    is the same one only for a root. So what was seen of an issued certificate comes first.
    """
    for der in _issued_by(certificate):
        address = list_address(der)
        if address:
            return Offer(address, is_of_issued=True)
    own = list_address(bytes(certificate.der))
    return Offer(own, is_of_issued=False) if own else None


def list_address(der: bytes) -> str:
    """Return the first web address of a list that a certificate names (RFC 5280 4.2.1.13), or nothing."""
    try:
        points = fields.load(der).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        names = [name.value for point in points for name in point.full_name or () if _is_address(name)]
    except (fields.CertificateUnreadable, x509.ExtensionNotFound, *UNREADABLE):
        return ""
    return next((address for address in map(_clean, names) if address), "")


def _is_address(name: x509.GeneralName) -> bool:
    return isinstance(name, x509.UniformResourceIdentifier)


def _clean(text: str) -> str:
    try:
        return clean_address(text)
    except AddressRefused:
        return ""


def _issued_by(certificate: TrustedCertificate) -> list[bytes]:
    """The certificates of the last chain that ended here which carry this issuer's name."""
    chain = SeenChain.objects.filter(anchor_sha256=certificate.sha256).order_by("-last_seen_at").first()
    if chain is None or certificate.is_ca is False:
        return []
    return [der for der in presented_of(chain) if _issuer_key(der) == certificate.subject_key]


def _issuer_key(der: bytes) -> str:
    try:
        return fields.read(fields.load(der)).issuer_key
    except fields.CertificateUnreadable:
        return ""
