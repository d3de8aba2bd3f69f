"""Explains a chain: why OpenSSL refused it, or what is worth a warning although it is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from certificates.pki import checks, fields, hostname, issuers
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.fields import CertificateFields
from certificates.pki.trust import ENDPOINTS, INFRASTRUCTURE, TrustedRow, TrustView
from certificates.pki.verdict import ChainCertificate, Finding, Verdict, chain_certificate

SIGNATURE_FAILURE: Final = 7
SELF_SIGNED_LEAF: Final = 18
SELF_SIGNED_IN_CHAIN: Final = 19
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
}
"""Numbers of X509_verify_cert whose code depends on nothing else."""
UNNAMED: Final = "CHAIN_REFUSED"


@dataclass(frozen=True)
class Refusal:
    """What OpenSSL said first: its number, the depth, and the certificate it looked at."""

    error: int
    depth: int
    der: bytes


@dataclass(frozen=True)
class Asked:
    """The question a chain has to answer: which host, trusted by which rows, at which moment."""

    host: str
    view: TrustView
    now: datetime


def explain(refusal: Refusal, *, presented: Sequence[bytes], asked: Asked) -> Verdict:
    """Turn OpenSSL's first error into a code of the taxonomy, and add what else is wrong with the chain."""
    chain = tuple(chain_certificate(der, "presented") for der in presented)
    try:
        at_fault = fields.load(refusal.der)
    except fields.CertificateUnreadable as error:
        return Verdict("CERT_UNREADABLE", {"detail": str(error)}, refusal.depth, "", chain)
    found = fields.read(at_fault)
    code, params = _reason(refusal, at_fault, found, presented, asked)
    others = [
        f
        for f in _all_findings(presented, asked)
        if (f.code, f.params.get("name")) != (code, params.get("name"))
    ]
    return Verdict(code, params, refusal.depth, found.subject, chain, tuple(others))


def accepted_findings(verified: Sequence[bytes], *, asked: Asked) -> tuple[Finding, ...]:
    """Warnings about a chain that OpenSSL accepted, its anchor last."""
    findings = []
    for depth, der in enumerate(verified):
        found = fields.read(fields.load(der))
        dated = checks.date_finding(found, role=_role(depth, found), now=asked.now)
        if dated is not None:
            findings.append(dated)
    for row in map(asked.view.row_of, verified):
        if row is not None and not row.enabled:
            findings.append(Finding("CHAIN_USES_DISABLED_CERT", {"name": row.name}, "W"))
    anchor = asked.view.row_of(verified[-1]) if verified else None
    if anchor is not None and asked.view.usage == INFRASTRUCTURE and ENDPOINTS not in anchor.usages:
        findings.append(Finding("SECOND_USAGE_OFF", {"name": anchor.name}, "W"))
    return tuple(findings)


def accepted_chain(presented: Sequence[bytes], verified: Sequence[bytes]) -> tuple[ChainCertificate, ...]:
    """The verified chain, each certificate marked by where it came from; what else was sent follows."""
    sent = set(presented)
    extra = [der for der in presented if der not in verified]
    shown = [chain_certificate(der, "presented" if der in sent else "store") for der in verified]
    return (*shown, *(chain_certificate(der, "presented") for der in extra))


def _reason(
    refusal: Refusal,
    at_fault: x509.Certificate,
    found: CertificateFields,
    presented: Sequence[bytes],
    asked: Asked,
) -> issuers.Reason:
    if refusal.error in NO_ISSUER:
        return _no_issuer(refusal, at_fault, found, presented, asked)
    if refusal.error == SIGNATURE_FAILURE:
        return _bad_signature(at_fault, found, asked)
    if refusal.error in DATES:
        dated = checks.date_finding(found, role=_role(refusal.depth, found), now=asked.now)
        if dated is not None:
            return dated.code, dict(dated.params)
    if refusal.error == PURPOSE:
        return "WRONG_EKU", _wrong_purpose(found)
    code = SIMPLE.get(refusal.error, UNNAMED)
    params = {"name": found.display_name, "openssl": str(refusal.error)}
    if code in {"WEAK_KEY_SERVER", "WEAK_KEY_CA"}:
        params |= {"bits": str(found.key_bits), "needed": str(checks.MINIMUM_BITS.get(found.key_kind, 2048))}
    if code == "WEAK_SIGNATURE":
        params["digest"] = found.weak_digest or found.signature
    if code == "CERT_UNREADABLE":
        params["detail"] = found.display_name
    return code, params


def _wrong_purpose(found: CertificateFields) -> dict[str, str]:
    """Name the extended key usages; when these allow a server, it is the plain key usage that does not."""
    usages = found.extended_usages or ()
    if not usages or "serverAuth" in usages:
        return {"name": found.display_name, "usages": "keyUsage"}
    return {"name": found.display_name, "usages": ", ".join(usages)}


def _no_issuer(
    refusal: Refusal,
    at_fault: x509.Certificate,
    found: CertificateFields,
    presented: Sequence[bytes],
    asked: Asked,
) -> issuers.Reason:
    known = issuers.explain_missing_anchor(_path_to(at_fault, presented), asked.view, asked.now)
    if known is not None:
        return known
    unfit = _unfit_issuer(at_fault, presented, asked)
    if unfit is not None:
        code = "ISSUER_NOT_A_CA" if unfit.may_sign_certificates is False else UNNAMED
        return code, {"name": unfit.display_name, "openssl": str(refusal.error)}
    if refusal.error == SELF_SIGNED_IN_CHAIN:
        return "UNKNOWN_ROOT_SENT", {"root": found.display_name, "sha256": found.sha256}
    if refusal.error == SELF_SIGNED_LEAF:
        return "SELF_SIGNED", {"name": found.display_name, "sha256": found.sha256}
    params = {"issuer": found.issuer_name or found.issuer, "url": found.issuer_url}
    if len(presented) == 1:
        return "INTERMEDIATE_NOT_SENT", params
    return "UNKNOWN_ISSUER", params


def _unfit_issuer(
    at_fault: x509.Certificate, presented: Sequence[bytes], asked: Asked
) -> CertificateFields | None:
    """The certificate whose key did sign, sent or trusted, but which OpenSSL does not take for an issuer."""
    trusted = [row.certificate for row in _anchors_above(at_fault, asked) if row.certificate is not None]
    for candidate in (*_loadable(presented), *trusted):
        is_itself = candidate == at_fault
        if not is_itself and issuers.has_issued(candidate, at_fault):
            return fields.read(candidate)
    return None


def _bad_signature(at_fault: x509.Certificate, found: CertificateFields, asked: Asked) -> issuers.Reason:
    """Tell a forgery from a row with the issuer's name and another key, where no identifier tells."""
    for row in _anchors_above(at_fault, asked):
        if row.certificate is None or row.fields is None:
            continue
        is_same_key = bool(found.authority_key_id) and row.fields.subject_key_id == found.authority_key_id
        if not is_same_key and issuers.has_signed(row.certificate, at_fault) is False:
            return "ISSUER_KEY_MISMATCH", {"name": row.name}
    return "BAD_SIGNATURE", {"name": found.display_name}


def _anchors_above(child: x509.Certificate, asked: Asked) -> list[TrustedRow]:
    named = issuers.rows_named_as_issuer(child, asked.view)
    return [row for row in named if asked.view.is_anchor(row, asked.now)]


def _path_to(top: x509.Certificate, presented: Sequence[bytes]) -> list[x509.Certificate]:
    """The certificates from the server's up to `top`, following issuer names through what was sent."""
    sent = _loadable(presented)
    if not sent:
        return [top]
    path = [sent[0]]
    while path[-1] != top and len(path) <= len(sent):
        try:
            above = next((c for c in sent if c not in path and c.subject == path[-1].issuer), None)
        except UNREADABLE:
            above = None
        if above is None:
            return [*path, top]
        path.append(above)
    return path


def _loadable(presented: Sequence[bytes]) -> list[x509.Certificate]:
    loaded = []
    for der in presented:
        try:
            loaded.append(fields.load(der))
        except fields.CertificateUnreadable:
            continue
    return loaded


def _role(depth: int, found: CertificateFields) -> str:
    if depth == 0:
        return "server"
    return "root" if found.is_self_issued else "issuer"


def _all_findings(presented: Sequence[bytes], asked: Asked) -> list[Finding]:
    findings = []
    if not asked.view.anchors(asked.now):
        findings.append(Finding("STORE_EMPTY", {"usage": asked.view.usage}, "E"))
    for depth, certificate in enumerate(_loadable(presented)):
        found = fields.read(certificate)
        dated = checks.date_finding(found, role=_role(depth, found), now=asked.now)
        if dated is not None:
            findings.append(dated)
        findings += checks.strength_findings(found, is_server=depth == 0)
        if depth == 0:
            named = hostname.name_finding(certificate, asked.host)
            if named is not None:
                findings.append(named)
    return findings
