"""Fingerprints that a person is to compare: their end is hidden, and what was typed is held against it."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = 8
"""Hexadecimal digits at the end: who types them has them from elsewhere, as a guess is right once in 2^32."""
_DOTS: Final = "••"
_SEPARATORS: Final = re.compile(r"[\s:.\-]+")


def masked(sha256: str) -> str:
    """Return the fingerprint in pairs with its last eight digits hidden: `AB:CD:…:••:••:••:••`."""
    shown = sha256[:-HIDDEN].upper()
    pairs = [shown[at : at + 2] for at in range(0, len(shown), 2)]
    return ":".join([*pairs, *[_DOTS] * (HIDDEN // 2)])


def has_end(sha256: str, typed: str) -> bool:
    """Whether the typed text is the end of the fingerprint, or all of it; colons and spaces do not count."""
    digits = _SEPARATORS.sub("", typed).lower()
    return digits in {sha256.lower()[-HIDDEN:], sha256.lower()}
