"""What a server said when it took responsibility for a message."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notifications.smtp.protocol import Reply

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
# Postfix "queued as 4XyZ", Exchange "<id@host> [InternalId=20, …]", Exim "OK id=1tF", Sendmail "4AO Message".
_QUEUE_IDS = (
    re.compile(r"\bqueued(?: mail for delivery)? as\s+<?([\w.@$/+-]{4,120})>?", re.IGNORECASE),
    re.compile(r"\[InternalId=(\d{1,40})", re.IGNORECASE),
    re.compile(r"\bid=([\w.-]{4,80})"),
    re.compile(r"^([\w-]{8,40}) Message accepted", re.IGNORECASE),
)


@dataclass(frozen=True)
class Accepted:
    """The server's promise: its answer, its name for the message ("" if it gave none) and its address."""

    code: int
    enhanced: str
    text: str
    queue_id: str
    peer: str


def receipt(reply: Reply, peer: str) -> Accepted:
    """Read the answer to the final dot."""
    text = reply.text[4:]
    status = _ENHANCED.match(text)
    return Accepted(reply.code, status[1] if status else "", text, find_queue_id(text), peer)


def find_queue_id(text: str) -> str:
    """Return the identifier under which the server knows the message, "" when it names none."""
    status = _ENHANCED.match(text)
    words = text[status.end() :] if status else text
    for pattern in _QUEUE_IDS:
        if found := pattern.search(words):
            return found[1].rstrip(".")
    return ""
