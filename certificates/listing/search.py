"""From what somebody types to the certificates meant: names, subjects, serial numbers, fingerprints."""

from __future__ import annotations

import re
from typing import Final

from django.db.models import Q
from django.db.models.functions import Length

from certificates.models import SEARCH_LENGTH, TrustedCertificate, TrustedCertificateQuerySet

MOST_EXACT: Final = 1000
SHORTEST_PREFIX: Final = 6
"""Digits from which a beginning is looked for among the fingerprints."""
_SEPARATORS: Final = re.compile(r"[\s:]+")
_HEX: Final = re.compile(r"[0-9a-f]+")
_DECIMAL: Final = re.compile(r"-?[0-9]+")
_ONE_IS_ENOUGH: Final = {64: "sha256", 40: "sha1"}


def matching(text: str) -> TrustedCertificateQuerySet:
    """Return the certificates whose name, subject, issuer, serial number or fingerprint is meant.

    Serial numbers may be hexadecimal, also a part of one, or decimal; of a fingerprint its beginning is
    enough. Colons and spaces between the digits do not count, nor does what `openssl` prints before them.
    """
    everything = TrustedCertificate.objects.all()
    if not text:
        return everything
    digits = _SEPARATORS.sub("", text.rpartition("=")[2] if "ingerprint=" in text else text).lower()
    is_hex = _HEX.fullmatch(digits) is not None
    column = _ONE_IS_ENOUGH.get(len(digits)) if is_hex else None
    if column:
        return everything.filter(Q(**{column: digits}) | Q(serial_hex=digits.upper()))
    found = Q(search_text__contains=text.casefold())
    if is_hex:
        found |= Q(search_text__contains=digits)
    elsewhere = [*_by_digits(digits, is_hex=is_hex), *_beyond_the_index(text)]
    return everything.filter(found | Q(pk__in=elsewhere) if elsewhere else found)


def _by_digits(digits: str, *, is_hex: bool) -> list[int]:
    exact = Q()
    if _DECIMAL.fullmatch(digits):
        exact |= Q(serial_hex=_serial_hex(int(digits)))
    if is_hex and len(digits) >= SHORTEST_PREFIX:
        # A range, because neither database uses an index for LIKE with a text it has not seen.
        exact |= Q(sha256__gte=digits, sha256__lt=f"{digits}g") | Q(sha1__gte=digits, sha1__lt=f"{digits}g")
    if not exact:
        return []
    return list(TrustedCertificate.objects.filter(exact).values_list("pk", flat=True)[:MOST_EXACT])


def _beyond_the_index(text: str) -> list[int]:
    """Find the text in the few rows whose names are longer than what the index holds of them."""
    cut = TrustedCertificate.objects.annotate(held=Length("search_text")).filter(held=SEARCH_LENGTH)
    found = cut.filter(Q(subject__icontains=text) | Q(issuer__icontains=text))
    return list(found.values_list("pk", flat=True)[:MOST_EXACT])


def _serial_hex(number: int) -> str:
    digits = f"{abs(number):X}"
    sign = "-" if number < 0 else ""
    return f"{sign}{'0' if len(digits) % 2 else ''}{digits}"
