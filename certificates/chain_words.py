"""Cause and remedy of everything that a chain or a TLS handshake can be refused for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHAIN: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "UNKNOWN_ISSUER": (
        _("The issuer “%(issuer)s” is not in Trusted certificates."),
        _("Compare the fingerprint with the owner of the authority, then import its certificate."),
    ),
    "UNKNOWN_ROOT_SENT": (
        _("The server sent the root “%(root)s”, which is not trusted."),
        _("Compare the fingerprint with the owner of the authority, then import the root."),
    ),
    "INTERMEDIATE_NOT_SENT": (
        _("The server sent only its own certificate; that of “%(issuer)s” is missing."),
        _("Let the server send its whole chain, or import the certificate of this issuer."),
    ),
    "SELF_SIGNED": (
        _("The server uses a self-signed certificate, “%(name)s”, which is not trusted."),
        _("Import it after comparing the fingerprint, or give the server a certificate from an authority."),
    ),
    "ISSUER_KEY_MISMATCH": (
        _("Trusted certificates hold “%(name)s”, but with another key: a renewed authority, or an impostor."),
        _("Ask the owner of the authority, and import its new certificate."),
    ),
    "ISSUER_DISABLED": (
        _("“%(name)s” is in Trusted certificates but disabled."),
        _("Enable it."),
    ),
    "ISSUER_WRONG_USAGE": (
        _("“%(name)s” is trusted only for this: %(usages)s. It lacks “%(needed)s”."),
        _("Edit the trusted certificate and tick “%(needed)s”."),
    ),
    "CERT_EXPIRED": (
        _("%(who)s expired on %(date)s (%(ago)s)."),
        _("Renew it, and import the new one if it is trusted here. Check the clock of this node."),
    ),
    "CERT_NOT_YET_VALID": (
        _("%(who)s is valid only from %(date)s."),
        _("Check the clock of this node, or wait."),
    ),
    "CERT_EXPIRES_SOON": (
        _("%(who)s expires on %(date)s (%(ahead)s)."),
        _("Renew it in time."),
    ),
    "HOSTNAME_MISMATCH": (
        _("The certificate is for %(names)s, not for %(host)s."),
        _("Use one of these names as the server, or reissue the certificate."),
    ),
    "NO_SAN": (
        _("The certificate names no host; the old common name “%(name)s” does not count."),
        _("Reissue the certificate with a subject alternative name."),
    ),
    "IP_MISMATCH": (
        _("The address %(host)s is not in the certificate, which lists no address."),
        _("Use the host name of the server."),
    ),
    "WRONG_EKU": (
        _("“%(name)s” is not meant for servers (what it allows: %(usages)s)."),
        _("Reissue the certificate with the usage serverAuth, and a key usage with digitalSignature."),
    ),
    "ISSUER_NOT_A_CA": (
        _("“%(name)s” signed a certificate but may not: it is no authority, or its key usage forbids it."),
        _(
            "Ask the owner of the server for its right chain. If this one is in Trusted certificates, import "
            "the certificate of the authority in its place."
        ),
    ),
    "PATHLEN_EXCEEDED": (
        _("The authority “%(name)s” stands above more authorities than it may (path length)."),
        _("Ask the administrator of the authority to raise the limit, or to issue nearer to the root."),
    ),
    "NAME_CONSTRAINT": (
        _("The authority above “%(name)s” may not issue certificates for this name (name constraints)."),
        _("Ask the administrator of the authority for a certificate from one that may issue for it."),
    ),
    "UNKNOWN_CRITICAL_EXT": (
        _("“%(name)s” has a critical extension that is not understood."),
        _("Ask the administrator of the authority to reissue it without this extension."),
    ),
    "POLICY_CONSTRAINT": (
        _("An authority above “%(name)s” demands a certificate policy that this chain does not carry."),
        _("Ask the administrator of the authority for certificates that carry the policy."),
    ),
    "ISSUER_KEY_ID_MISMATCH": (
        _(
            "“%(name)s” names %(wanted)s as the key or certificate of its issuer, but “%(issuer)s” "
            "has %(held)s."
        ),
        _("Let the server send the present certificate of its authority."),
    ),
    "KEY_NOT_FOR_TLS": (
        _("The key of “%(name)s” is of the kind %(kind)s, which no version of TLS accepted here can use."),
        _("Reissue the certificate of the server with an RSA or an elliptic curve key."),
    ),
    "EXPLICIT_CURVE": (
        _("The key of “%(name)s” describes its own elliptic curve instead of naming a known one."),
        _("Reissue the certificate with a named curve, such as P-256."),
    ),
    "CHAIN_TOO_LONG": (
        _("The chain is longer than is accepted."),
        _("Let the server send fewer certificates, or ask for one that was issued nearer to the root."),
    ),
    "CHAIN_REFUSED": (
        _("“%(name)s” is refused by OpenSSL with error %(openssl)s."),
        _("Ask the administrator of the authority."),
    ),
    "WEAK_KEY_SERVER": (
        _("The key of “%(name)s” is too short: %(bits)s bits, %(needed)s are needed."),
        _("Reissue the certificate of the server with a longer key."),
    ),
    "WEAK_KEY_CA": (
        _("The key of the authority “%(name)s” is too short: %(bits)s bits, %(needed)s are needed."),
        _("Ask its administrator for a certificate from an authority with a longer key."),
    ),
    "WEAK_SIGNATURE": (
        _("“%(name)s” is signed with %(digest)s, which is broken."),
        _("Reissue the certificate with SHA-256 or better."),
    ),
    "BAD_SIGNATURE": (
        _("The signature on “%(name)s” is wrong: damaged, or forged."),
        _("Do not import anything; check the server."),
    ),
    "CERT_UNREADABLE": (
        _("A certificate that the server sent cannot be read (“%(name)s”): %(detail)s."),
        _("Reissue the certificate."),
    ),
    "STORE_EMPTY": (
        _("No certificate that is enabled and in date is trusted for “%(usage)s”."),
        _("Import the certificate of the authority, or tick this box on one that is there."),
    ),
    "SECOND_OPINION": (
        _("A second check does not accept this chain: %(text)s."),
        _("Ask the administrator of the authority. ISE_MAIL_SECOND_GATE=off makes this a warning."),
    ),
    "CHAIN_USES_DISABLED_CERT": (
        _("The chain runs through “%(name)s”, which you disabled."),
        _("Disabled, it ends no chain, but the server may send it. Decide whether its root stays trusted."),
    ),
    "SECOND_USAGE_OFF": (
        _("“%(name)s” is not ticked for “Trust for client authentication and Syslog”."),
        _("Cisco recommends both boxes for the authority of the SMTP server; one is enough to connect."),
    ),
}
TLS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "TLS_VERSION": (
        _("The server and this node have no TLS version in common."),
        _("Let the server speak TLS 1.2 or later, or lower the minimum TLS version to 1.2."),
    ),
    "TLS_NO_COMMON_CIPHER": (
        _("The server and this node have no encryption method in common."),
        _("Check the cipher settings of the server."),
    ),
    "TLS_CLIENT_CERT_REQUIRED": (
        _("The server demands a client certificate."),
        _("Switch the demand off on the server."),
    ),
    "TLS_CLOSED": (
        _("The server stopped during the TLS handshake."),
        _("Look into the log of the server."),
    ),
    "TLS_HANDSHAKE_TIMEOUT": (
        _("The server did not finish the TLS handshake in time."),
        _("Look into the log of the server, or raise the timeout."),
    ),
    "TLS_PROTOCOL": (
        _("What the server sent is not valid TLS: %(detail)s"),
        _("Look for a firewall or proxy in between that changes the connection."),
    ),
    "PLAIN_ON_TLS_PORT": (
        _("The server answered in clear text where TLS was expected."),
        _("Choose STARTTLS, usually on port 587 or 25."),
    ),
}
