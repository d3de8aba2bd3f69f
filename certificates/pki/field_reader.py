"""Takes single members out of a certificate and remembers which of them could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID

from certificates.pki.oids import KEY_USAGE_NAMES, USAGE_NAMES

T = TypeVar("T")
E = TypeVar("E", bound=x509.ExtensionType)

UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises, when loading or when a member is first touched, for bytes it cannot read."""


_KEY_FORMAT: Final = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class FieldReader:
    """Reads members of one certificate; a method answers a neutral value where one is unreadable."""

    def __init__(self, certificate: x509.Certificate) -> None:
        self.unreadable: list[str] = []
        self._certificate = certificate
        self._extensions = self.take("extensions", lambda: certificate.extensions)

    def take(self, name: str, getter: Callable[[], T]) -> T | None:
        """Return what the getter returns, or None and a note when the member cannot be read."""
        try:
            return getter()
        except UNREADABLE:
            self.unreadable.append(name)
            return None

    def _extension(self, kind: type[E]) -> E | None:
        if self._extensions is None:
            return None
        try:
            return self._extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None

    def text_of(self, name: x509.Name | None, field: str) -> str:
        """The whole distinguished name, most specific part first, as ISE writes it."""
        if name is None:
            return ""
        return self.take(field, lambda: ",".join(_part(rdn) for rdn in reversed(name.rdns))) or ""

    def short_name(self, name: x509.Name | None, field: str) -> str:
        """The common name; without one the organization unit, the organization, or the whole name."""
        if name is None:
            return ""
        for oid in (
            x509.NameOID.COMMON_NAME,
            x509.NameOID.ORGANIZATIONAL_UNIT_NAME,
            x509.NameOID.ORGANIZATION_NAME,
        ):
            found = self.take(field, lambda oid=oid: name.get_attributes_for_oid(oid))  # type: ignore[misc]
            if found:
                value = found[0].value
                return _printable(value.hex() if isinstance(value, bytes) else value)
        return self.text_of(name, field)

    def key(self) -> tuple[str, int]:
        """Kind and bits of the public key; the kind is the object identifier when it is not a known one."""
        key = self.take("public_key", self._certificate.public_key)
        match key:
            case rsa.RSAPublicKey():
                return "RSA", key.key_size
            case ec.EllipticCurvePublicKey():
                return "EC", key.key_size
            case dsa.DSAPublicKey():
                return "DSA", key.key_size
            case ed25519.Ed25519PublicKey():
                return "Ed25519", 256
            case ed448.Ed448PublicKey():
                return "Ed448", 456
        return self._certificate.public_key_algorithm_oid.dotted_string, 0

    def key_sha256(self) -> str:
        """SHA-256 of the public key in hexadecimal, or nothing: two certificates of one key share it."""
        encoded = self.take("public_key", lambda: self._certificate.public_key().public_bytes(*_KEY_FORMAT))
        return "" if encoded is None else hashlib.sha256(encoded).hexdigest()

    def is_ca(self) -> bool | None:
        """basicConstraints CA; None when the extension is absent or unreadable."""
        found = self._extension(x509.BasicConstraints)
        return None if found is None else found.ca

    def may_sign_certificates(self) -> bool | None:
        """keyUsage keyCertSign; None when the extension is absent or unreadable."""
        found = self._extension(x509.KeyUsage)
        return None if found is None else found.key_cert_sign

    def key_usages(self) -> tuple[str, ...] | None:
        """Names of the key usages that are set; None when the extension is absent or unreadable."""
        found = self._extension(x509.KeyUsage)
        if found is None:
            return None
        return tuple(name for attribute, name in KEY_USAGE_NAMES.items() if getattr(found, attribute))

    def extended_usages(self) -> tuple[str, ...] | None:
        """Names of the extended key usages; None when the extension is absent or unreadable."""
        found = self._extension(x509.ExtendedKeyUsage)
        if found is None:
            return None
        return tuple(USAGE_NAMES.get(u.dotted_string, u.dotted_string) for u in found)

    def names(self) -> tuple[str, ...]:
        """Host names, then addresses, of the subject alternative name."""
        found = self._extension(x509.SubjectAlternativeName)
        if found is None:
            return ()
        hosts = found.get_values_for_type(x509.DNSName)
        return (*hosts, *(str(ip) for ip in found.get_values_for_type(x509.IPAddress)))

    def demands_staple(self) -> bool:
        """Whether the certificate demands a stapled OCSP answer (RFC 7633)."""
        found = self._extension(x509.TLSFeature)
        return found is not None and x509.TLSFeatureType.status_request in found

    def pss_digest(self) -> str:
        """The broken digest of an RSASSA-PSS signature, whose identifier does not name it; else nothing.

        One that the library does not know, such as MD5, is broken as well.
        """
        digest = self.take("signature", lambda: self._certificate.signature_hash_algorithm)
        return "RSASSA-PSS" if digest is None else {"sha1": "SHA-1", "md5": "MD5"}.get(digest.name, "")

    def subject_key_id(self) -> str:
        """Subject key identifier in hexadecimal, or nothing."""
        found = self._extension(x509.SubjectKeyIdentifier)
        return "" if found is None else found.digest.hex()

    def authority_key_id(self) -> str:
        """Authority key identifier in hexadecimal, or nothing."""
        found = self._extension(x509.AuthorityKeyIdentifier)
        return "" if found is None or found.key_identifier is None else found.key_identifier.hex()

    def issuer_url(self) -> str:
        """The first http address at which the issuer says its own certificate lies (RFC 5280 4.2.2.1)."""
        found = self._extension(x509.AuthorityInformationAccess)
        for access in found or ():
            location = access.access_location
            if access.access_method != AuthorityInformationAccessOID.CA_ISSUERS:
                continue
            is_url = isinstance(location, x509.UniformResourceIdentifier)
            if is_url and location.value.lower().startswith("http://"):
                return str(location.value[:500])
        return ""


def _part(part: x509.RelativeDistinguishedName) -> str:
    return _printable("+".join(attribute.rfc4514_string() for attribute in part))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\{ord(c):02X}" for c in text)
