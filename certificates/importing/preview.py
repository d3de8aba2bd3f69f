"""What an upload holds, before any of it is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certificates.pki.fields import CertificateFields, pairs
from certificates.pki.parse import ParsedCertificate


@dataclass(frozen=True)
class Preview:
    """A certificate of an upload, before it is trusted."""

    fields: CertificateFields
    sha256: str


def previews_of(parsed: Sequence[ParsedCertificate]) -> tuple[Preview, ...]:
    """What to compare with the owner of the authority before the certificates of an upload are trusted."""
    return tuple(Preview(item.fields, pairs(item.fields.sha256)) for item in parsed)
