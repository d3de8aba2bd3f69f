"""How certificates of one authority are checked for revocation: ISE's options of its row, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OcspRule:
    """Which responders are asked, and what follows from an answer that settles nothing."""

    profile: str
    primary_url: str = ""
    secondary_url: str = ""
    use_aia: bool = False
    timeout_seconds: int = 5
    enable_nonce: bool = True
    validate_signature: bool = True
    cache_minutes: int = 1440
    reject_unknown: bool = False
    reject_unreachable: bool = False
    profile_id: int = 0


@dataclass(frozen=True)
class CrlRule:
    """The list that was last received (DER, None: none yet), and what follows when it is not usable."""

    der: bytes | None = None
    url: str = ""
    bypass_if_missing: bool = False
    ignore_dates: bool = False
