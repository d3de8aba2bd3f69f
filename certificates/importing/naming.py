"""Friendly names: ISE's default of both names and a number, and which names are free."""

from __future__ import annotations

import re
from typing import Final

from django.db.models import Value
from django.db.models.functions import Lower

from certificates.models import TrustedCertificate
from certificates.pki.fields import CertificateFields

NAME_LENGTH: Final = 255
PART_LENGTH: Final = 110


def is_name_taken(name: str, *, by_other_than: int = 0) -> bool:
    """Whether another certificate has the friendly name, whatever the case of its letters."""
    rows = TrustedCertificate.objects.alias(lowered=Lower("friendly_name"))
    # Lowered by the database on both sides, as its unique index does it.
    return rows.filter(lowered=Lower(Value(name))).exclude(pk=by_other_than).exists()


def is_default_name(name: str, found: CertificateFields) -> bool:
    """Whether a name is one that is made when none is given."""
    base = _base_of(found)
    return name.startswith(base) and re.fullmatch(r"#\d{5,}", name[len(base) :]) is not None


class NameGiver:
    """Gives free names, and none twice, for the length of one import."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._next: dict[str, int] = {}

    def default_for(self, found: CertificateFields) -> str:
        """The first free name of the form `common-name#issuer#00001`."""
        return self._numbered(_base_of(found), "{}#{:05d}", 1)

    def free(self, wanted: str) -> str:
        """The wanted name, or the first free one with a number behind it."""
        return wanted if self._take(wanted) else self._numbered(wanted, "{} ({})", 2)

    def _numbered(self, base: str, form: str, first: int) -> str:
        number = self._next.get(base, first)
        while not self._take(form.format(base, number)):
            number += 1
        self._next[base] = number + 1
        return form.format(base, number)

    def _take(self, name: str) -> bool:
        if name.lower() in self._given or is_name_taken(name):
            return False
        self._given.add(name.lower())
        return True


def _base_of(found: CertificateFields) -> str:
    issuer = found.issuer_name or found.issuer
    return f"{found.display_name[:PART_LENGTH]}#{issuer[:PART_LENGTH]}"
