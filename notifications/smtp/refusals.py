"""Whose fault a refused mail is: from the server's answer to a code and a kind (RFC 5321 4.2.1, RFC 3463)."""

from __future__ import annotations

import re

from notifications.smtp.errors import Code, Kind, SmtpFailure, Stage
from notifications.smtp.protocol import Reply

_GREYLISTING = re.compile(r"gr[ae]y-?\s?list|\b4\.7\.1\b", re.IGNORECASE)
_RELAYING = re.compile(r"\brelay|\b5\.7\.1\b", re.IGNORECASE)
_TOO_BIG = re.compile(r"\b[45]\.3\.4\b|\b[45]\.2\.3\b|\bsize\b", re.IGNORECASE)
_NEEDS_TLS = re.compile(r"STARTTLS|\bTLS\b|\bSSL\b", re.IGNORECASE)


def refusal(stage: Stage, reply: Reply, *, is_encrypted: bool) -> SmtpFailure:
    """Return the failure that `reply` to MAIL, RCPT, DATA or the final dot means."""
    code, kind = _judge(stage, reply, is_encrypted)
    return SmtpFailure(code, stage, kind=kind, reply=reply.text)


def _judge(stage: Stage, reply: Reply, is_encrypted: bool) -> tuple[Code, Kind]:
    if reply.is_farewell:
        return Code.SERVER_BUSY, Kind.TEMPORARY
    if reply.code == 530:
        needs_tls = not is_encrypted and _NEEDS_TLS.search(reply.text) is not None
        return (Code.TLS_REQUIRED if needs_tls else Code.AUTH_REQUIRED), Kind.RELAY_FAULT
    if reply.code == 552 and _TOO_BIG.search(reply.text):
        return Code.SIZE_EXCEEDED, Kind.PERMANENT
    kind = Kind.PERMANENT if reply.code >= 500 else Kind.TEMPORARY
    if stage is Stage.MAIL and kind is Kind.PERMANENT:
        # A sender that is not let through concerns every mail of this node, not the one at hand.
        kind = Kind.RELAY_FAULT
    return _code_of(stage, reply), kind


def _code_of(stage: Stage, reply: Reply) -> Code:
    if reply.code < 400:
        return Code.REPLY_UNEXPECTED
    if stage is not Stage.RCPT:
        return Code.SENDER_REFUSED if stage is Stage.MAIL else Code.DATA_REFUSED
    if reply.is_temporary:
        return Code.GREYLISTED if _GREYLISTING.search(reply.text) else Code.RECIPIENT_REFUSED
    return Code.RELAY_DENIED if _RELAYING.search(reply.text) else Code.RECIPIENT_REFUSED
