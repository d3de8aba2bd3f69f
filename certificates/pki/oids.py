"""Names of the signature algorithms and extended key usages that certificates carry as object identifiers."""

from __future__ import annotations

from typing import Final

SIGNATURE_NAMES: Final[dict[str, str]] = {
    "1.2.840.113549.1.1.2": "MD2WITHRSA",
    "1.2.840.113549.1.1.3": "MD4WITHRSA",
    "1.3.14.3.2.2": "MD4WITHRSA",
    "1.3.14.3.2.3": "MD5WITHRSA",
    "1.3.14.3.2.4": "MD4WITHRSA",
    "1.3.14.3.2.13": "SHAWITHDSA",
    "1.3.14.3.2.15": "SHAWITHRSA",
    "1.3.14.3.2.27": "SHA1WITHDSA",
    "1.3.36.3.3.1.2": "RIPEMD160WITHRSA",
    "1.3.36.3.3.1.3": "RIPEMD128WITHRSA",
    "1.2.840.113549.1.1.4": "MD5WITHRSA",
    "1.2.840.113549.1.1.5": "SHA1WITHRSA",
    "1.3.14.3.2.29": "SHA1WITHRSA",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.113549.1.1.11": "SHA256WITHRSA",
    "1.2.840.113549.1.1.12": "SHA384WITHRSA",
    "1.2.840.113549.1.1.13": "SHA512WITHRSA",
    "1.2.840.113549.1.1.14": "SHA224WITHRSA",
    "1.2.840.10040.4.3": "SHA1WITHDSA",
    "2.16.840.1.101.3.4.3.1": "SHA224WITHDSA",
    "2.16.840.1.101.3.4.3.2": "SHA256WITHDSA",
    "1.2.840.10045.4.1": "SHA1WITHECDSA",
    "1.2.840.10045.4.3.1": "SHA224WITHECDSA",
    "1.2.840.10045.4.3.2": "SHA256WITHECDSA",
    "1.2.840.10045.4.3.3": "SHA384WITHECDSA",
    "1.2.840.10045.4.3.4": "SHA512WITHECDSA",
    "1.3.101.112": "ED25519",
    "1.3.101.113": "ED448",
}
"""Dotted identifier to the name that ISE shows, such as SHA256WITHRSA."""

PSS: Final = "1.2.840.113549.1.1.10"

WEAK_DIGESTS: Final[dict[str, str]] = {
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.3": "MD4",
    "1.2.840.113549.1.1.4": "MD5",
    "1.3.14.3.2.2": "MD4",
    "1.3.14.3.2.3": "MD5",
    "1.3.14.3.2.4": "MD4",
    "1.3.14.3.2.13": "SHA",
    "1.3.14.3.2.15": "SHA",
    "1.3.14.3.2.27": "SHA-1",
    "1.3.36.3.3.1.2": "RIPEMD-160",
    "1.3.36.3.3.1.3": "RIPEMD-128",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.3.14.3.2.29": "SHA-1",
    "1.2.840.10040.4.3": "SHA-1",
    "1.2.840.10045.4.1": "SHA-1",
}
"""Signature algorithms whose digest OpenSSL refuses at security level 2."""

USAGE_NAMES: Final[dict[str, str]] = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "2.5.29.37.0": "anyExtendedKeyUsage",
}
"""Dotted identifier to the name of an extended key usage (RFC 5280 section 4.2.1.12)."""

KEY_USAGE_NAMES: Final[dict[str, str]] = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}
"""The names of RFC 5280 section 4.2.1.3 by those of the library."""
