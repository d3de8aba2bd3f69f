"""Reads every extension of a certificate, one by one, so that a bad one spoils only itself (RFC 5280 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from certificates.pki import der, fields
from certificates.pki.extension_split import RawExtension, alone, split_extensions
from certificates.pki.extension_statements import TELLERS, Statement, printable
from certificates.pki.field_reader import UNREADABLE

EXTENSIONS_SHOWN: Final = 60
BYTES_SHOWN: Final = 256

State = Literal["read", "unknown", "unreadable"]


@dataclass(frozen=True)
class ReadExtension:
    """One extension; what is unknown or unreadable has its first bytes in hexadecimal and no statements."""

    oid: str
    is_critical: bool
    state: State
    statements: tuple[Statement, ...] = ()
    problem: str = ""
    hexadecimal: str = ""
    size: int = 0
    is_repeated: bool = False


@dataclass(frozen=True)
class Reading:
    """All extensions in order; `more` were left out, `is_broken`: none can be told from another."""

    extensions: tuple[ReadExtension, ...]
    more: int = 0
    is_broken: bool = False


def read_extensions(certificate: bytes) -> Reading:
    """Read the extensions of a DER certificate one by one; raises nothing, whatever the bytes are."""
    try:
        found, more = split_extensions(certificate, most=EXTENSIONS_SHOWN)
    except der.DerBroken:
        return Reading((), 0, True)
    seen: set[str] = set()
    read = []
    for extension in found:
        read.append(_read(extension, is_repeated=extension.oid in seen))
        seen.add(extension.oid)
    return Reading(tuple(read), more)


def _read(raw: RawExtension, *, is_repeated: bool) -> ReadExtension:
    state: State = "unreadable"
    statements: tuple[Statement, ...] = ()
    problem = ""
    try:
        (found,) = fields.load(alone(raw)).extensions
        teller = TELLERS.get(type(found.value))
        state = "unknown" if teller is None else "read"
        statements = () if teller is None else tuple(teller(found.value))
    except (fields.CertificateUnreadable, *UNREADABLE) as error:
        problem = printable(str(error))
    shown = raw.value[:BYTES_SHOWN].hex() if state != "read" else ""
    return ReadExtension(
        raw.oid, raw.is_critical, state, statements, problem, shown, len(raw.value), is_repeated
    )
