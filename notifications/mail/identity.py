"""The identity of a mail: an id that sorts by time, and the Message-ID that all its copies share."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from uuid import UUID

_NOT_IN_A_DOMAIN = re.compile(r"[^a-z0-9.-]")


def new_id(now: datetime) -> UUID:
    """Return a UUID of version 7: milliseconds first, then randomness (RFC 9562 section 5.7)."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    number = milliseconds << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def message_id(mail_id: UUID, fqdn: str) -> str:
    """Return `<uuid@fqdn>` (RFC 5322 section 3.6.4)."""
    domain = _NOT_IN_A_DOMAIN.sub("", fqdn.lower()).strip(".-") or "localhost"
    return f"<{mail_id}@{domain}>"
