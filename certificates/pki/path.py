"""Explains a chain: why OpenSSL refused it, or what is worth a warning although it is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import assumed, checks, fields, hostname, issuers, loose, no_issuer, unreadable
from certificates.pki.asked import Asked
from certificates.pki.fields import CertificateFields
from certificates.pki.issuers import Reason
from certificates.pki.refusal import Refusal
from certificates.pki.trust import ENDPOINTS, INFRASTRUCTURE
from certificates.pki.verdict import ChainCertificate, Finding, Verdict, chain_at_fault, chain_certificate

SIGNATURE_FAILURE: Final = 7
NO_ISSUER: Final = frozenset({2, 18, 19, 20, 21})
DATES: Final = frozenset({9, 10})
PURPOSE: Final = 26
SIMPLE: Final = {
    4: "CERT_UNREADABLE",
    6: "CERT_UNREADABLE",
    13: "CERT_UNREADABLE",
    14: "CERT_UNREADABLE",
    22: "CHAIN_TOO_LONG",
    24: "ISSUER_NOT_A_CA",
    25: "PATHLEN_EXCEEDED",
    32: "ISSUER_NOT_A_CA",
    34: "UNKNOWN_CRITICAL_EXT",
    41: "CERT_UNREADABLE",
    47: "NAME_CONSTRAINT",
    48: "NAME_CONSTRAINT",
    49: "NAME_CONSTRAINT",
    51: "NAME_CONSTRAINT",
    52: "NAME_CONSTRAINT",
    53: "NAME_CONSTRAINT",
    66: "WEAK_KEY_SERVER",
    67: "WEAK_KEY_CA",
    68: "WEAK_SIGNATURE",
    79: "ISSUER_NOT_A_CA",
    94: "EXPLICIT_CURVE",
}
"""Numbers of X509_verify_cert whose code depends on nothing else."""
UNNAMED: Final = "CHAIN_REFUSED"


def explain(refusal: Refusal, *, presented: Sequence[bytes], asked: Asked) -> Verdict:
    """Turn OpenSSL's first error into a code of the taxonomy, and add what else is wrong with the chain."""
    try:
        at_fault = fields.load(refusal.der)
    except fields.CertificateUnreadable:
        return refused_unread(refusal.der, refusal.depth, presented)
    found = fields.read(at_fault)
    why = _reason(refusal, at_fault, found, presented, asked)
    place = why.at or issuers.Place(at_fault, refusal.depth)
    return _refused(why.code, why.params, place, presented, asked)


def refused_unread(der: bytes, depth: int, presented: Sequence[bytes]) -> Verdict:
    """Refuse a chain for a certificate that the library does not load."""
    sent = [chain_certificate(one, "presented") for one in presented]
    chain = chain_at_fault(sent, der) if der else tuple(sent)
    params = {"name": loose.name_of(der), "detail": unreadable.why_not_accepted(der)}
    return Verdict("CERT_UNREADABLE", params, depth, loose.subject_of(der), chain)


def refused_by(
    finding: Finding, presented: Sequence[bytes], chain: Sequence[bytes], *, asked: Asked
) -> Verdict:
    """Refuse a chain for what the handshake finds before its dates and signatures."""
    depth = finding.depth or 0
    place = issuers.Place(fields.load(chain[depth]), depth)
    return _refused(finding.code, finding.params, place, presented, asked)


def accepted_findings(verified: Sequence[bytes], *, asked: Asked) -> tuple[Finding, ...]:
    """Warnings about a chain that OpenSSL accepted, its anchor last."""
    findings = []
    for depth, der in enumerate(verified):
        found = fields.read(fields.load(der))
        dated = checks.date_finding(found, role=_role(depth, found), now=asked.now)
        if dated is not None:
            findings.append(replace(dated, depth=depth))
    for depth, row in enumerate(map(asked.view.row_of, verified)):
        if row is not None and not row.enabled:
            findings.append(Finding("CHAIN_USES_DISABLED_CERT", {"name": row.name}, "W", depth))
    anchor = asked.view.row_of(verified[-1]) if verified else None
    if anchor is not None and asked.view.usage == INFRASTRUCTURE and ENDPOINTS not in anchor.usages:
        findings.append(Finding("SECOND_USAGE_OFF", {"name": anchor.name}, "W", len(verified) - 1))
    return tuple(findings)


def accepted_chain(presented: Sequence[bytes], verified: Sequence[bytes]) -> tuple[ChainCertificate, ...]:
    """The verified chain, each certificate marked by where it came from; what else was sent follows."""
    sent = set(presented)
    extra = [der for der in presented if der not in verified]
    shown = [chain_certificate(der, "presented" if der in sent else "store") for der in verified]
    return (*shown, *(chain_certificate(der, "presented") for der in extra))


def _refused(
    code: str, params: Mapping[str, str], place: issuers.Place, presented: Sequence[bytes], asked: Asked
) -> Verdict:
    """The verdict about the certificate of a place, with everything else that can be said.

    What was said first is not said again, under the name of the row nor under that of its certificate.
    """
    found = fields.read(place.certificate)
    sent = [chain_certificate(der, "presented") for der in presented]
    chain = chain_at_fault(sent, place.certificate.public_bytes(Encoding.DER))
    names = {params.get("name"), found.display_name}
    others = [
        f for f in _all_findings(presented, asked) if f.code != code or f.params.get("name") not in names
    ]
    return Verdict(code, params, place.depth, found.subject, chain, tuple(others))


def _reason(
    refusal: Refusal,
    at_fault: x509.Certificate,
    found: CertificateFields,
    presented: Sequence[bytes],
    asked: Asked,
) -> Reason:
    if refusal.error in NO_ISSUER:
        return no_issuer.reason(refusal, at_fault, found, presented, asked)
    if refusal.error == SIGNATURE_FAILURE:
        return no_issuer.bad_signature(at_fault, found, asked)
    if refusal.error in DATES:
        dated = checks.date_finding(found, role=_role(refusal.depth, found), now=asked.now)
        if dated is not None:
            return Reason(dated.code, dated.params)
    if refusal.error == PURPOSE:
        return Reason("WRONG_EKU", _wrong_purpose(at_fault, found))
    code = SIMPLE.get(refusal.error, UNNAMED)
    params = {"name": found.display_name, "openssl": str(refusal.error)}
    if code in {"WEAK_KEY_SERVER", "WEAK_KEY_CA"}:
        params |= {"bits": str(found.key_bits), "needed": str(checks.MINIMUM_BITS.get(found.key_kind, 2048))}
    if code == "WEAK_SIGNATURE":
        params["digest"] = found.weak_digest or found.signature
    if code == "CERT_UNREADABLE":
        params["detail"] = unreadable.fault_of(at_fault) or f"OpenSSL {refusal.error}"
    return Reason(code, params)


def _wrong_purpose(at_fault: x509.Certificate, found: CertificateFields) -> dict[str, str]:
    """Name the extended key usages; when these allow a server, it is the plain key usage that does not."""
    usages = found.extended_usages
    if usages is None and "extensions" in found.unreadable:
        usages = unreadable.extended_usages(at_fault)
    if usages is None or "serverAuth" in usages:
        return {"name": found.display_name, "usages": "keyUsage"}
    return {"name": found.display_name, "usages": ", ".join(usages)}


def _role(depth: int | None, found: CertificateFields) -> str:
    if depth == 0:
        return "server"
    return "root" if found.is_self_issued else "issuer"


def _all_findings(presented: Sequence[bytes], asked: Asked) -> list[Finding]:
    findings = []
    if not asked.view.anchors(asked.now):
        findings.append(Finding("STORE_EMPTY", {"usage": asked.view.usage}, "E"))
    path = assumed.path_to(None, presented)
    for certificate in assumed.loadable(presented):
        depth = path.index(certificate) if certificate in path else None
        findings += [replace(found, depth=depth) for found in _own_findings(certificate, depth, asked)]
    return findings


def _own_findings(certificate: x509.Certificate, depth: int | None, asked: Asked) -> Iterator[Finding]:
    """What one certificate says against itself; without a depth it is no part of the chain."""
    found = fields.read(certificate)
    dated = checks.date_finding(found, role=_role(depth, found), now=asked.now)
    if dated is not None:
        yield dated
    yield from checks.strength_findings(found, is_server=depth == 0)
    named = hostname.name_finding(certificate, asked.host) if depth == 0 else None
    if named is not None:
        yield named
