"""Names of extensions, key usages, purposes and policies, by their identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: Final[Mapping[str, Promise]] = {
    "2.5.29.19": _("Basic constraints"),
    "2.5.29.15": _("Key usage"),
    "2.5.29.37": _("Extended key usage"),
    "2.5.29.17": _("Subject alternative names"),
    "2.5.29.18": _("Issuer alternative names"),
    "2.5.29.30": _("Name constraints"),
    "2.5.29.32": _("Certificate policies"),
    "2.5.29.33": _("Policy mappings"),
    "2.5.29.36": _("Policy constraints"),
    "2.5.29.54": _("Inhibit any policy"),
    "2.5.29.35": _("Authority key identifier"),
    "2.5.29.14": _("Subject key identifier"),
    "2.5.29.16": _("Private key usage period"),
    "2.5.29.9": _("Subject directory attributes"),
    "1.3.6.1.5.5.7.1.1": _("Authority information access"),
    "1.3.6.1.5.5.7.1.11": _("Subject information access"),
    "2.5.29.31": _("CRL distribution points"),
    "2.5.29.46": _("Freshest CRL"),
    "1.3.6.1.4.1.11129.2.4.2": _("Signed certificate timestamps"),
    "1.3.6.1.4.1.11129.2.4.3": _("Precertificate"),
    "1.3.6.1.5.5.7.1.24": _("TLS feature"),
    "1.3.6.1.5.5.7.48.1.5": _("OCSP no check"),
    "1.3.6.1.5.5.7.1.3": _("Qualified certificate statements"),
    "1.3.6.1.4.1.311.21.7": _("Microsoft certificate template"),
    "1.3.6.1.4.1.311.20.2": _("Microsoft certificate template name"),
    "1.3.6.1.4.1.311.21.1": _("Microsoft CA version"),
    "1.3.6.1.4.1.311.21.2": _("Microsoft previous CA certificate"),
    "1.3.6.1.4.1.311.21.10": _("Microsoft application policies"),
}
NOT_TRANSLATED: Final[Mapping[str, str]] = {
    "2.16.840.1.113730.1.1": "Netscape Cert Type",
    "2.16.840.1.113730.1.13": "Netscape Comment",
    "1.2.840.113533.7.65.0": "Entrust Version Extension",
}
VALUES: Final[Mapping[str, Mapping[str, Promise]]] = {
    "key_usage": {
        "digital_signature": _("Digital signatures"),
        "content_commitment": _("Non-repudiation"),
        "key_encipherment": _("Encrypting keys"),
        "data_encipherment": _("Encrypting data"),
        "key_agreement": _("Key agreement"),
        "key_cert_sign": _("Signing certificates"),
        "crl_sign": _("Signing revocation lists"),
        "encipher_only": _("Only encrypting with agreed keys"),
        "decipher_only": _("Only decrypting with agreed keys"),
    },
    "extended_key_usage": {
        "2.5.29.37.0": _("Any purpose"),
        "1.3.6.1.5.5.7.3.1": _("Servers over TLS"),
        "1.3.6.1.5.5.7.3.2": _("Clients over TLS"),
        "1.3.6.1.5.5.7.3.3": _("Signing code"),
        "1.3.6.1.5.5.7.3.4": _("Protecting e-mail"),
        "1.3.6.1.5.5.7.3.8": _("Time stamps"),
        "1.3.6.1.5.5.7.3.9": _("Signing OCSP answers"),
        "1.3.6.1.5.5.7.3.17": _("IPsec"),
        "1.3.6.1.4.1.311.20.2.2": _("Smart card sign-in"),
        "1.3.6.1.4.1.311.10.3.4": _("Encrypting file systems"),
        "1.3.6.1.5.2.3.5": _("Kerberos domain controllers"),
    },
    "policy": {
        "2.5.29.32.0": _("Any policy"),
        "2.23.140.1.1": _("Extended validation"),
        "2.23.140.1.2.1": _("Domain validated"),
        "2.23.140.1.2.2": _("Organization validated"),
        "2.23.140.1.2.3": _("Individual validated"),
    },
    "feature": {
        "status_request": _("A stapled OCSP answer (must-staple)"),
        "status_request_v2": _("Stapled OCSP answers for its chain (must-staple)"),
    },
    "list_reasons": {
        "unspecified": _("Not specified"),
        "keyCompromise": _("Key compromised"),
        "cACompromise": _("Authority compromised"),
        "affiliationChanged": _("Affiliation changed"),
        "superseded": _("Superseded"),
        "cessationOfOperation": _("Out of service"),
        "certificateHold": _("On hold"),
        "privilegeWithdrawn": _("Privilege withdrawn"),
        "aACompromise": _("Attribute authority compromised"),
    },
}
"""Words for the values of a statement, by its code."""
