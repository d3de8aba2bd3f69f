"""Why OpenSSL does not take a certificate for an issuer although it has the issuer's name."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import der, fields, issuers, openssl, unreadable
from certificates.pki.asked import Purpose
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.issuers import Place, Reason
from certificates.pki.oids import SIGNATURE_NAMES
from certificates.pki.refusal import Refusal

NOT_TAKEN: Final = frozenset({2, 18, 19, 20, 21})
"""Numbers of X509_verify_cert for a certificate whose issuer was not found."""


def why_unfit(issuer: Place, child: Place, now: datetime) -> Reason | None:
    """Say what keeps the issuer from being taken, or None when OpenSSL takes it for the child's issuer."""
    refusal = _refusal(issuer.certificate, child.certificate, now)
    if refusal is None:
        return None
    found = fields.read(child.certificate)
    has_signed = issuers.has_signed(issuer.certificate, child.certificate) is not False
    why = _unreadable(child)
    if has_signed:
        why = why or _unreadable(issuer) or _not_an_authority(issuer)
    why = why or _other_identifiers(issuer.certificate, child) or _unsound(child)
    why = why or _opaque(child) or _opaque(issuer)
    # One that names itself as its issuer was perhaps not even asked for another.
    if why is not None or found.is_self_issued:
        return why
    if has_signed:
        return Reason("CHAIN_REFUSED", {"name": found.display_name, "openssl": str(refusal.error)}, child)
    return Reason("BAD_SIGNATURE", {"name": found.display_name}, child)


def _refusal(issuer: x509.Certificate, child: x509.Certificate, now: datetime) -> Refusal | None:
    """What OpenSSL says when it has nothing but this issuer, as long as it is about the issuer."""
    trusted = openssl.loaded([_der(issuer)])
    answer = openssl.verified_chain([_der(child)], trusted=trusted, now=now, purpose=Purpose.ANY)
    return answer if isinstance(answer, Refusal) and answer.error in NOT_TAKEN else None


def _unreadable(place: Place) -> Reason | None:
    found = fields.read(place.certificate)
    if not found.unreadable:
        return None
    detail = unreadable.fault_of(place.certificate) or ", ".join(found.unreadable)
    return Reason("CERT_UNREADABLE", {"name": found.display_name, "detail": detail}, place)


def _opaque(place: Place) -> Reason | None:
    detail = unreadable.fault_beyond(place.certificate)
    name = fields.read(place.certificate).display_name
    return Reason("CERT_UNREADABLE", {"name": name, "detail": detail}, place) if detail else None


def _not_an_authority(issuer: Place) -> Reason | None:
    found = fields.read(issuer.certificate)
    if found.may_sign_certificates is False:
        return Reason("ISSUER_NOT_A_CA", {"name": found.display_name}, issuer)
    return None


def _other_identifiers(issuer: x509.Certificate, child: Place) -> Reason | None:
    """Compare what the child says of its issuer's key, serial number and issuer (RFC 5280 4.2.1.1)."""
    of_child, of_issuer = fields.read(child.certificate), fields.read(issuer)
    params = {"name": of_child.display_name, "issuer": of_issuer.display_name}
    wanted, held = of_child.authority_key_id, of_issuer.subject_key_id
    if wanted and held and wanted != held:
        return Reason("ISSUER_KEY_ID_MISMATCH", params | {"wanted": wanted, "held": held}, child)
    serial, name = _issuer_pointed_at(child.certificate)
    is_other_name = name is not None and fields.name_key(name) != of_issuer.issuer_key
    if is_other_name or serial not in (None, of_issuer.serial):
        wanted = _numbered(serial, "" if name is None else name.rfc4514_string())
        held = _numbered(of_issuer.serial, of_issuer.issuer)
        return Reason("ISSUER_KEY_ID_MISMATCH", params | {"wanted": wanted, "held": held}, child)
    return None


def _issuer_pointed_at(child: x509.Certificate) -> tuple[int | None, x509.Name | None]:
    """Serial number and issuer of the certificate that the child points to, as far as it says them."""
    try:
        found = child.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except x509.ExtensionNotFound:
        return None, None
    names = [name.value for name in found.authority_cert_issuer or () if isinstance(name, x509.DirectoryName)]
    return found.authority_cert_serial_number, next(iter(names), None)


def _numbered(serial: int | None, issuer: str) -> str:
    return " ".join(part for part in ("" if serial is None else f"{serial:X}", f"({issuer})") if part)


def _unsound(child: Place) -> Reason | None:
    """A signature whose algorithm no verifier can go by, or a key usage that allows nothing."""
    found = fields.read(child.certificate)
    detail = ""
    if found.key_usages == ():
        detail = "keyUsage without a usage"
    elif _are_algorithms_different(child.certificate):
        detail = "another signature algorithm inside"
    elif found.signature not in SIGNATURE_NAMES.values():
        detail = f"unknown signature algorithm {found.signature}"
    return (
        Reason("CERT_UNREADABLE", {"name": found.display_name, "detail": detail}, child) if detail else None
    )


def _are_algorithms_different(certificate: x509.Certificate) -> bool:
    """Whether the algorithm inside what is signed is not the one outside (RFC 5280 section 4.1.1.2)."""
    try:
        data = _der(certificate)
        outer = der.element_at(data, 0, len(data))
        signed, outside, _ = (data[e.start : e.end] for e in der.elements(data, outer.content, outer.end))
        body = der.element_at(signed, 0, len(signed))
        members = [signed[e.start : e.end] for e in der.elements(signed, body.content, body.end)]
    except (der.DerBroken, *UNREADABLE):
        return False
    inside = next((one for one in members if one[0] == der.SEQUENCE), outside)
    return inside != outside


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
