"""A second, independent verifier: a chain is accepted only when cryptography's agrees with OpenSSL's.

OpenSSL alone is looser than RFC 5280 in known corners (name constraints against wildcards, DSA roots, roots
that are no CA). The API is called unstable by its authors, so that it is touched in this module only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.x509.verification import (
    ClientVerifier,
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    ServerVerifier,
    Store,
    VerificationError,
)

from certificates.pki import fields, hostname
from certificates.pki.asked import Asked, Purpose
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.verdict import Finding, Severity

MAX_CHAIN_DEPTH: Final = 100
"""As many authorities as OpenSSL follows by default."""
UNSUPPORTED: Final = frozenset(
    {
        "unsupported name constraint",
        "fatal error: critical nameConstraints extension contains an unsupported directoryName constraint",
    }
)
"""The library's sentences for constraints that it cannot evaluate, which is not the same as violated."""
FORBIDDEN: Final = ("Forbidden public key algorithm: ", "Forbidden signature algorithm: ")
_EXHAUSTED: Final = "candidates exhausted: "
_PLACE: Final = " (encountered processing "
SOUND_KEYS: Final = frozenset({"RSA", "EC", "Ed25519", "Ed448"})
"""Kinds whose strength OpenSSL has judged; the library knows fewer curves and no Edwards curve."""


def second_finding(verified: Sequence[bytes], *, asked: Asked) -> Finding | None:
    """Return a finding when the second verifier does not accept the chain that OpenSSL accepted.

    `verified` ends with its anchor. The second verifier gets these certificates and no others, so that it
    cannot accept another path than the one whose policies and revocation are judged. A certificate that is
    itself trusted ends its chain at once and has nothing to verify. A shape that the library cannot evaluate
    is a warning, and so is everything when the view's `second_gate` is off.
    """
    refuses = asked.view.second_gate
    try:
        chain = [fields.load(der) for der in verified]
    except fields.CertificateUnreadable as error:
        return Finding("SECOND_OPINION", {"text": str(error)}, "E" if refuses else "W", 0)
    if len(chain) < 2:
        return None
    try:
        _verify(chain, asked)
    except VerificationError as error:
        text = str(error)
        severity = _severity(_reason(text), chain, refuses)
        return Finding("SECOND_OPINION", {"text": text}, severity, _depth(text, chain))
    except UNREADABLE as error:
        return Finding("SECOND_OPINION", {"text": str(error)}, "W", 0)
    return None


def _verify(chain: Sequence[x509.Certificate], asked: Asked) -> None:
    leaf, *between, anchor = chain
    builder = PolicyBuilder().store(Store([anchor])).time(asked.now).max_chain_depth(MAX_CHAIN_DEPTH)
    ruled = builder.extension_policies(ca_policy=_ca_policy(), ee_policy=_leaf_policy())
    if asked.policy.purpose is Purpose.CLIENT:
        ruled.build_client_verifier().verify(leaf, between)
        return
    named = _server_verifier(ruled, leaf, asked.host)
    if named is not None:
        named.verify(leaf, between)
    else:
        _nameless_verifier(builder).verify(leaf, between)


def _server_verifier(builder: PolicyBuilder, leaf: x509.Certificate, host: str) -> ServerVerifier | None:
    """A verifier for the host, or for another name of the certificate where the library cannot take it.

    The name was compared before (`hostname`); what else the library looks at must not depend on it. None when
    the library can take none of the names, such as those with an underscore.
    """
    for name in (hostname.ascii_host(host), *fields.read(leaf).names):
        usual = name.replace("*", "any", 1)
        try:
            if hostname.is_address(usual):
                return builder.build_server_verifier(x509.IPAddress(ipaddress.ip_address(usual)))
            if usual:
                return builder.build_server_verifier(x509.DNSName(usual))
        except UNREADABLE:
            continue
    return None


def _nameless_verifier(builder: PolicyBuilder) -> ClientVerifier:
    """A verifier that compares no name; extended key usages are judged elsewhere (`constraints`)."""
    free = (x509.ExtendedKeyUsage, Criticality.NON_CRITICAL, None)
    policies = {
        "ca_policy": _ca_policy().may_be_present(*free),
        "ee_policy": _leaf_policy().may_be_present(*free),
    }
    return builder.extension_policies(**policies).build_client_verifier()


def _ca_policy() -> ExtensionPolicy:
    """The web's rules without those that private authorities are known to miss: key usage and identifiers.

    Policies are judged elsewhere (`policies`): an authority that demands one may say so critically.
    """
    return (
        ExtensionPolicy.webpki_defaults_ca()
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, None)
        .may_be_present(x509.AuthorityKeyIdentifier, Criticality.AGNOSTIC, None)
        .may_be_present(x509.CertificatePolicies, Criticality.AGNOSTIC, None)
        .may_be_present(x509.PolicyConstraints, Criticality.AGNOSTIC, None)
        .may_be_present(x509.InhibitAnyPolicy, Criticality.AGNOSTIC, None)
    )


def _leaf_policy() -> ExtensionPolicy:
    return (
        ExtensionPolicy.webpki_defaults_ee()
        .may_be_present(x509.AuthorityKeyIdentifier, Criticality.AGNOSTIC, None)
        .may_be_present(x509.CertificatePolicies, Criticality.AGNOSTIC, None)
    )


def _reason(text: str) -> str:
    """The library's own sentence, without where it stood.

    Names out of certificates may stand in the text: only the whole of it, or how it begins, says anything.
    """
    inner = text.removeprefix("validation failed: ")
    while inner.startswith(_EXHAUSTED):
        inner = inner.removeprefix(_EXHAUSTED)
    return inner.partition(_PLACE)[0]


def _severity(reason: str, certificates: Sequence[x509.Certificate], refuses: bool) -> Severity:
    if not refuses or reason in UNSUPPORTED:
        return "W"
    if reason.startswith(FORBIDDEN):
        return "W" if {fields.read(c).key_kind for c in certificates} <= SOUND_KEYS else "E"
    return "E"


def _depth(text: str, chain: Sequence[x509.Certificate]) -> int:
    """Which certificate of the chain the library was at; the server's own where it does not say."""
    return next((d for d, one in enumerate(chain) if text.endswith(f"{_PLACE}{_shown(one)})")), 0)


def _shown(certificate: x509.Certificate) -> str:
    """The certificate as the library's sentences show it; nothing for names that it cannot show."""
    try:
        return repr(certificate)
    except UNREADABLE:
        return ""
