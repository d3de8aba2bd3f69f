"""Reads uploaded files, block by block, into certificates, and says which block is refused and why."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from certificates.pki import containers, fields, loose, pem
from certificates.pki.fields import CertificateFields
from certificates.pki.gathered import (
    MAX_CERTIFICATES,
    MAX_FINDINGS,
    Gathered,
    ParsedCertificate,
    ParseRefused,
    Reading,
    error,
    refused,
    too_many,
)
from certificates.pki.verdict import Finding

__all__ = [
    "MAX_CERTIFICATES",
    "MAX_CERTIFICATE_BYTES",
    "MAX_FILE_BYTES",
    "MAX_FINDINGS",
    "ParseRefused",
    "ParsedCertificate",
    "Reading",
    "SourceFile",
    "parse_file",
    "read_files",
]
MAX_FILE_BYTES: Final = 8 * 1024 * 1024
MAX_CERTIFICATE_BYTES: Final = 64 * 1024
MAX_KEY_BITS: Final = 16384
"""The longest RSA key that OpenSSL verifies a signature with."""

CERTIFICATE_LABELS: Final = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})
PKCS7_LABELS: Final = frozenset({"PKCS7", "CMS", "PKCS #7 SIGNED DATA"})
NEEDED_FIELDS: Final = frozenset({"subject", "issuer", "public_key", "extensions"})
"""Members without which a certificate cannot end a chain."""


@dataclass(frozen=True)
class SourceFile:
    """One file of an upload; pasted text has no name."""

    data: bytes = field(repr=False)
    name: str = ""


def parse_file(data: bytes) -> tuple[ParsedCertificate, ...]:
    """Read PEM, DER, bare base64 or PKCS#7, one certificate or a bundle of up to 1,000 in 8 MB.

    Raises ParseRefused when any part is not a readable certificate, holds a private key, or is too large.
    """
    reading = read_files([SourceFile(data)])
    if reading.faults:
        raise ParseRefused(reading.faults)
    return reading.certificates


def read_files(files: Sequence[SourceFile]) -> Reading:
    """Read every certificate of the files; what is not one is a fault that names its block.

    Raises ParseRefused for a private key or PKCS#12 anywhere, for more than the limits allow, and when no
    certificate can be read at all.
    """
    if sum(len(file.data) for file in files) > MAX_FILE_BYTES:
        raise refused("FILE_TOO_LARGE", limit=MAX_FILE_BYTES // 1024)
    gathered = Gathered()
    for file in files:
        name = file.name if len(files) > 1 else ""
        for result in _read(file.data):
            gathered.add(_placed(result, name))
    return gathered.reading()


def _placed(result: ParsedCertificate | Finding, file: str) -> ParsedCertificate | Finding:
    if not file:
        return result
    if isinstance(result, Finding):
        return replace(result, params={**result.params, "file": file})
    return replace(result, file=file)


def _read(data: bytes) -> Iterator[ParsedCertificate | Finding]:
    text = _plain_text(data)
    odd = pem.odd_key(text)
    if odd is not None:
        yield error("PRIVATE_KEY", block=odd)
    if not text.strip():
        yield error("FILE_EMPTY")
    elif pem.has_blocks(text):
        yield from _from_pem(text)
    else:
        yield from _from_binary(text)


def _plain_text(data: bytes) -> bytes:
    """Take away a byte order mark; UTF-16 text, as Windows editors write it, becomes ASCII."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace").encode("ascii", errors="replace")
    return data.removeprefix(codecs.BOM_UTF8)


def _from_pem(text: bytes) -> Iterator[ParsedCertificate | Finding]:
    count = pem.count(text)
    if count > MAX_CERTIFICATES:
        raise too_many(count)
    place = containers.key_inside(text)
    if place is not None:
        yield error("PRIVATE_KEY", block=pem.number_at(text, place))
    for block in pem.split(text):
        if block.is_private_key or (block.body and containers.begins_as_key(block.body)):
            yield error("PRIVATE_KEY", block=block.number)
        elif block.label == "TRUSTED CERTIFICATE":
            yield error("TRUSTED_FORMAT", block=block.number)
        elif block.label not in CERTIFICATE_LABELS | PKCS7_LABELS:
            yield error("BLOCK_NOT_A_CERTIFICATE", block=block.number, label=block.label)
        elif block.body is None:
            yield error("BLOCK_BROKEN", block=block.number, detail=block.detail)
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
        yield error("NO_CERTIFICATE")
    else:
        yield from _from_der(1, decoded)


def _from_der(number: int, data: bytes) -> Iterator[ParsedCertificate | Finding]:
    """Tell containers and keys by their beginning; what is none of them is read as a certificate."""
    if containers.is_pkcs12(data):
        yield error("PKCS12", block=number)
    elif containers.is_pkcs7(data):
        yield from _from_pkcs7(number, data)
    else:
        yield _certificate(number, data)


def _from_pkcs7(number: int, body: bytes) -> Iterator[ParsedCertificate | Finding]:
    if containers.is_pkcs12(body):
        yield error("PKCS12", block=number)
        return
    rest = containers.rest_of(body)
    if rest:
        yield _trailing(number, rest)
        return
    count = 0
    try:
        for data in containers.certificates_of(body):
            count += 1
            if count > MAX_CERTIFICATES:
                raise too_many(count)
            yield _certificate(number, data)
    except containers.ContainerUnusable as problem:
        yield error("PKCS7_UNUSABLE", block=number, detail=str(problem))
        return
    if not count:
        yield error("PKCS7_UNUSABLE", block=number, detail="it is empty")


def _certificate(number: int, data: bytes) -> ParsedCertificate | Finding:
    """Read one certificate; its size is looked at first, since reading costs memory."""
    if containers.begins_as_key(data):
        return error("PRIVATE_KEY", block=number)
    rest = containers.rest_of(data) if data[:1] == b"\x30" else b""
    if rest:
        return _trailing(number, rest)
    if len(data) > MAX_CERTIFICATE_BYTES:
        return error("CERT_TOO_LARGE", block=number, limit=MAX_CERTIFICATE_BYTES // 1024)
    try:
        certificate = fields.load(data)
    except fields.CertificateUnreadable as problem:
        if containers.is_private_key(data):
            return error("PRIVATE_KEY", block=number)
        return error("BLOCK_BROKEN", block=number, detail=str(problem))
    return _checked(number, data, fields.read(certificate))


def _trailing(number: int, rest: bytes) -> Finding:
    """Refuse what stands behind a certificate or a container; a key there is called one."""
    return error("TRAILING_DATA" if containers.key_inside(rest) is None else "PRIVATE_KEY", block=number)


def _checked(number: int, data: bytes, found: CertificateFields) -> ParsedCertificate | Finding:
    missing = sorted(NEEDED_FIELDS & {*found.unreadable, *loose.unread_names(data)})
    if missing:
        return error("CERT_FIELDS_BROKEN", block=number, fields=", ".join(missing))
    if found.key_bits > MAX_KEY_BITS:
        return error("KEY_TOO_LARGE", block=number, bits=found.key_bits, limit=MAX_KEY_BITS)
    if loose.parse(data) is None:
        return error("BLOCK_BROKEN", block=number, detail="OpenSSL cannot decode it")
    return ParsedCertificate(number, data, found)
