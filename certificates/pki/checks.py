"""Judges single certificates: dates, strength, and whether they may do what they are used for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from certificates.pki.fields import CertificateFields
from certificates.pki.verdict import Finding

EXPIRES_SOON: Final = timedelta(days=30)
MINIMUM_BITS: Final = {"RSA": 2048, "DSA": 2048, "EC": 224}
"""Shortest keys that OpenSSL accepts at security level 2."""
TLS_KEYS: Final = frozenset({"RSA", "EC", "Ed25519", "Ed448"})
"""Kinds of key with which a server can sign a handshake of TLS 1.2 or 1.3."""


def date_finding(found: CertificateFields, *, role: str, now: datetime) -> Finding | None:
    """Say that a certificate has expired, is not valid yet, or ends within 30 days."""
    named = {"role": role, "name": found.display_name}
    now = now.replace(microsecond=0)
    if now > found.not_after:
        gone = str((now - found.not_after).days)
        return Finding("CERT_EXPIRED", named | {"date": found.not_after.isoformat(), "days": gone}, "E")
    if now < found.not_before:
        return Finding("CERT_NOT_YET_VALID", named | {"date": found.not_before.isoformat()}, "E")
    left = found.not_after - now
    if left < EXPIRES_SOON:
        params = named | {"date": found.not_after.isoformat(), "days": str(left.days)}
        return Finding("CERT_EXPIRES_SOON", params, "W")
    return None


def strength_findings(found: CertificateFields, *, is_server: bool) -> list[Finding]:
    """Say that the key is too short or the digest broken; a self-issued signature proves nothing anyway."""
    return level_findings(found, is_server=is_server, is_anchor=found.is_self_issued)


def level_findings(found: CertificateFields, *, is_server: bool, is_anchor: bool) -> list[Finding]:
    """Say what falls short of OpenSSL's security level 2, 112 bits; an anchor's signature is not used."""
    findings = []
    named = {"name": found.display_name}
    needed = MINIMUM_BITS.get(found.key_kind)
    if needed is not None and 0 < found.key_bits < needed:
        code = "WEAK_KEY_SERVER" if is_server else "WEAK_KEY_CA"
        findings.append(Finding(code, named | {"bits": str(found.key_bits), "needed": str(needed)}, "E"))
    if found.weak_digest and not is_anchor:
        findings.append(Finding("WEAK_SIGNATURE", named | {"digest": found.weak_digest}, "E"))
    return findings


def import_warnings(found: CertificateFields, *, now: datetime) -> list[Finding]:
    """What an admin should know before a certificate is trusted: dates, CA:FALSE, SHA-1, short keys."""
    dated = date_finding(found, role="root", now=now)
    warnings = [] if dated is None else [Finding(dated.code, dated.params, "W")]
    if found.is_ca is not True:
        warnings.append(Finding("NOT_A_CA", {"name": found.display_name}, "W"))
    elif found.may_sign_certificates is False:
        warnings.append(Finding("NO_CERT_SIGN", {"name": found.display_name}, "W"))
    for weak in strength_findings(found, is_server=found.is_ca is not True):
        warnings.append(Finding(weak.code, weak.params, "W"))
    if found.weak_digest and found.is_self_issued:
        warnings.append(
            Finding("WEAK_SIGNATURE", {"name": found.display_name, "digest": found.weak_digest}, "W")
        )
    if found.unreadable:
        params = {"name": found.display_name, "fields": ", ".join(found.unreadable)}
        warnings.append(Finding("FIELDS_UNREADABLE", params, "W"))
    return warnings
