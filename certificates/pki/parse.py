"""Reads an uploaded file, block by block, into certificates, or says which block is refused and why."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key, pkcs7

from certificates.pki import fields, pem
from certificates.pki.field_reader import UNREADABLE
from certificates.pki.fields import CertificateFields
from certificates.pki.verdict import Finding

MAX_FILE_BYTES: Final = 1024 * 1024
MAX_CERTIFICATE_BYTES: Final = 64 * 1024
MAX_CERTIFICATES: Final = 100
MAX_FINDINGS: Final = 20
MAX_KEY_BITS: Final = 16384
"""The longest RSA key that OpenSSL verifies a signature with."""

CERTIFICATE_LABELS: Final = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})
PKCS7_LABELS: Final = frozenset({"PKCS7", "CMS", "PKCS #7 SIGNED DATA"})
NEEDED_FIELDS: Final = frozenset({"subject", "issuer", "public_key", "extensions"})
"""Members without which a certificate cannot end a chain."""


class ParseRefused(Exception):
    """Nothing of the file is taken; `findings` says why, block by block."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings


@dataclass(frozen=True)
class ParsedCertificate:
    """One certificate of the file with the number of the block it stood in, counted from 1."""

    block: int
    der: bytes = field(repr=False)
    fields: CertificateFields


def parse_file(data: bytes) -> tuple[ParsedCertificate, ...]:
    """Read PEM, DER, bare base64 or PKCS#7, one certificate or a bundle.

    Raises ParseRefused when any part is not a readable certificate, holds a private key, or is too large.
    """
    if len(data) > MAX_FILE_BYTES:
        raise _refused("FILE_TOO_LARGE", limit=MAX_FILE_BYTES // 1024)
    text = _plain_text(data)
    if not text.strip():
        raise _refused("FILE_EMPTY")
    results = list(_from_pem(text) if pem.has_blocks(text) else _from_binary(text))
    findings = [result for result in results if isinstance(result, Finding)]
    parsed = [result for result in results if isinstance(result, ParsedCertificate)]
    if any(finding.code == "PRIVATE_KEY" for finding in findings):
        findings = [finding for finding in findings if finding.code == "PRIVATE_KEY"]
    findings += _repeated(parsed)
    if len(parsed) > MAX_CERTIFICATES:
        findings.append(_finding("TOO_MANY", count=len(parsed), limit=MAX_CERTIFICATES))
    if findings:
        raise ParseRefused(_shortened(findings))
    return tuple(parsed)


def _shortened(findings: list[Finding]) -> tuple[Finding, ...]:
    """The first findings and the number of the others: a hostile file can have tens of thousands."""
    others = len(findings) - MAX_FINDINGS
    if others <= 0:
        return tuple(findings)
    return (*findings[:MAX_FINDINGS], _finding("MORE_FAULTS", count=others))


def _plain_text(data: bytes) -> bytes:
    """Take away a byte order mark; UTF-16 text, as Windows editors write it, becomes ASCII."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace").encode("utf-8")
    return data.removeprefix(codecs.BOM_UTF8)


def _from_pem(text: bytes) -> Iterator[ParsedCertificate | Finding]:
    for block in pem.split(text):
        if block.is_private_key:
            yield _finding("PRIVATE_KEY", block=block.number)
        elif block.label == "TRUSTED CERTIFICATE":
            yield _finding("TRUSTED_FORMAT", block=block.number)
        elif block.label not in CERTIFICATE_LABELS | PKCS7_LABELS:
            yield _finding("BLOCK_NOT_A_CERTIFICATE", block=block.number, label=block.label)
        elif block.body is None:
            yield _finding("BLOCK_BROKEN", block=block.number, detail=block.detail)
        elif block.label in PKCS7_LABELS:
            yield from _from_pkcs7(block.number, block.body)
        else:
            yield from _from_der(block.number, block.body)


def _from_binary(data: bytes) -> Iterator[ParsedCertificate | Finding]:
    if data[:1] == b"\x30":
        yield from _from_der(1, data)
        return
    decoded = pem.decode_bare(data)
    if decoded is None or decoded[:1] != b"\x30":
        yield _finding("NO_CERTIFICATE")
    else:
        yield from _from_der(1, decoded)


def _from_der(number: int, der: bytes) -> Iterator[ParsedCertificate | Finding]:
    """Try a certificate, then PKCS#7; what is neither is named when it is something known."""
    try:
        certificate = fields.load(der)
    except fields.CertificateUnreadable as error:
        reason = str(error)
    else:
        yield _checked(number, der, fields.read(certificate))
        return
    if _is_pkcs12(der):
        yield _finding("PKCS12", block=number)
    elif _is_private_key(der):
        yield _finding("PRIVATE_KEY", block=number)
    elif _is_pkcs7(der):
        yield from _from_pkcs7(number, der)
    elif "ExtraData" in reason:
        yield _finding("TRAILING_DATA", block=number)
    else:
        yield _finding("BLOCK_BROKEN", block=number, detail=reason)


def _from_pkcs7(number: int, body: bytes) -> Iterator[ParsedCertificate | Finding]:
    try:
        certificates = pkcs7.load_der_pkcs7_certificates(body)
    except UNREADABLE as error:
        yield _finding("PKCS7_UNUSABLE", block=number, detail=str(error))
        return
    for certificate in certificates:
        yield _checked(number, certificate.public_bytes(Encoding.DER), fields.read(certificate))


def _checked(number: int, der: bytes, found: CertificateFields) -> ParsedCertificate | Finding:
    if len(der) > MAX_CERTIFICATE_BYTES:
        return _finding("CERT_TOO_LARGE", block=number, limit=MAX_CERTIFICATE_BYTES // 1024)
    missing = sorted(NEEDED_FIELDS & set(found.unreadable))
    if missing:
        return _finding("CERT_FIELDS_BROKEN", block=number, fields=", ".join(missing))
    if found.key_bits > MAX_KEY_BITS:
        return _finding("KEY_TOO_LARGE", block=number, bits=found.key_bits, limit=MAX_KEY_BITS)
    return ParsedCertificate(number, der, found)


def _repeated(parsed: list[ParsedCertificate]) -> list[Finding]:
    first: dict[str, int] = {}
    findings = []
    for item in parsed:
        if item.fields.sha256 in first:
            earlier = first[item.fields.sha256]
            findings.append(_finding("REPEATED_IN_FILE", block=item.block, first=earlier))
        first.setdefault(item.fields.sha256, item.block)
    return findings


def _content(der: bytes) -> bytes:
    """What stands behind the header of the outermost sequence."""
    if len(der) < 2:
        return b""
    return der[2 + (der[1] & 0x7F) :] if der[1] & 0x80 else der[2:]


def _is_pkcs12(der: bytes) -> bool:
    """PFX: a sequence that begins with version 3 and a content info (RFC 7292 section 4)."""
    return _content(der).startswith(b"\x02\x01\x03\x30")


def _is_pkcs7(der: bytes) -> bool:
    """Content info of a PKCS#7 type: 1.2.840.113549.1.7.x (RFC 2315 section 14)."""
    return _content(der).startswith(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07")


def _is_private_key(der: bytes) -> bool:
    if len(der) > MAX_CERTIFICATE_BYTES:
        return False
    try:
        load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        return True
    except UNREADABLE:
        return False
    return True


def _finding(code: str, **params: object) -> Finding:
    return Finding(code, {name: str(value) for name, value in params.items()}, "E")


def _refused(code: str, **params: object) -> ParseRefused:
    return ParseRefused((_finding(code, **params),))
