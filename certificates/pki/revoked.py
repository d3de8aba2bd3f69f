"""Whether a certificate of an accepted chain was revoked: ISE's order, OCSP first, then the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from cryptography import x509

from certificates.pki import crl, fields, lists
from certificates.pki.asked import Asked
from certificates.pki.ocsp import OcspStatus
from certificates.pki.rules import OcspRule
from certificates.pki.status import Question
from certificates.pki.trust import TrustedRow
from certificates.pki.verdict import Finding


def revocation_findings(
    verified: Sequence[bytes], *, asked: Asked, others: Sequence[bytes] = (), staple: bytes | None = None
) -> list[Finding]:
    """Return what stands against the certificates of a chain, and what could not be found out.

    The chain begins with the server's certificate and ends with its anchor, which itself is not checked.
    `others` are further certificates at hand, among which the signer of an indirect list may be. `staple`
    is the OCSP answer that came along in the handshake; b"" says that none did.
    """
    loaded = [fields.load(der) for der in verified]
    findings = list(lists.findings(verified, others, asked))
    for depth, (certificate, issuer) in enumerate(pairwise(loaded)):
        row = asked.view.authority_of(issuer, verified[depth + 1])
        if row is not None:
            brought = (staple or None) if depth == 0 else None
            findings += [replace(f, depth=depth) for f in _by_rule(certificate, issuer, row, brought, asked)]
    if staple == b"" and loaded and _demands_staple(loaded[0]):
        findings.append(Finding("MUST_STAPLE_MISSING", {"name": _name(loaded[0])}, "W", 0))
    return findings


def _by_rule(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    row: TrustedRow,
    staple: bytes | None,
    asked: Asked,
) -> Iterator[Finding]:
    if row.ocsp is not None and asked.status is not None:
        question = Question(certificate, issuer, row.ocsp, asked.now, staple)
        status = _weighed(asked.status.status(question), issuer, row, asked)
        about = {"name": _name(certificate), "issuer": row.name}
        yield from (replace(warning, params={**about, **warning.params}) for warning in status.warnings)
        if status.state == "good":
            return
        params = {**about, **status.params}
        refuses = status.state == "revoked" or _refuses(row.ocsp, status.state)
        yield Finding(status.code, params, "E" if refuses else "W")
        if refuses:
            return
    if row.crl is not None:
        found = crl.lookup(certificate, issuer, rule=row.crl, now=asked.now)
        if found is not None:
            named = {"name": _name(certificate), "issuer": row.name, **found.params}
            yield replace(found, params=named)


def _weighed(status: OcspStatus, issuer: x509.Certificate, row: TrustedRow, asked: Asked) -> OcspStatus:
    """The status, unless the list at hand says that the delegate who signed the answer was revoked itself."""
    if status.delegate is None or row.crl is None or row.crl.der is None:
        return status
    found = crl.lookup(status.delegate, issuer, rule=row.crl, now=asked.now)
    if found is None or found.code != "REVOKED_CRL":
        return status
    detail = f"revoked {found.params.get('date', '')}"
    params = {**status.params, "signer": _name(status.delegate), "detail": detail}
    return OcspStatus("unreachable", "OCSP_SIGNER_NOT_AUTHORIZED", params, status.source)


def _refuses(rule: OcspRule, state: str) -> bool:
    return rule.reject_unknown if state == "unknown" else rule.reject_unreachable


def _demands_staple(certificate: x509.Certificate) -> bool:
    return fields.read(certificate).demands_staple


def _name(certificate: x509.Certificate) -> str:
    return fields.read(certificate).display_name
