"""The first error of OpenSSL about a chain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """What OpenSSL said first: its number, the depth, and the certificate it looked at."""

    error: int
    depth: int
    der: bytes
