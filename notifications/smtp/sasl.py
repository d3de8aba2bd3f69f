"""Signing in with a user name and a password: PLAIN, else LOGIN (RFC 4954, RFC 4616)."""

from __future__ import annotations

import base64
import binascii

from notifications.smtp.deadline import Deadline
from notifications.smtp.dialogue import Dialogue
from notifications.smtp.errors import Code, SmtpFailure
from notifications.smtp.protocol import Reply
from notifications.smtp.transcript import STRUCK_OUT

MECHANISMS = ("PLAIN", "LOGIN")
# RFC 4954 4: a longer initial response must wait for an empty challenge.
_MAX_COMMAND_BYTES = 512
_MECHANISM_UNKNOWN = {500, 501, 502, 503, 504}


def sign_in(dialogue: Dialogue, user: str, password: str, deadline: Deadline) -> str:
    """Sign in and return the mechanism; raises SmtpFailure with an AUTH_* code, or TLS_REQUIRED."""
    offered = dialogue.extensions.mechanisms
    if not offered:
        raise dialogue.failure(Code.AUTH_NOT_OFFERED)
    usable = [mechanism for mechanism in MECHANISMS if mechanism in offered]
    if not usable:
        wanted = ", ".join(MECHANISMS)
        raise dialogue.failure(Code.AUTH_MECH_UNSUPPORTED, offered=", ".join(offered), wanted=wanted)
    for mechanism in usable:
        attempt = _plain if mechanism == "PLAIN" else _login
        reply = attempt(dialogue, user.encode("utf-8"), password.encode("utf-8"), deadline)
        if reply.code == 235:
            return mechanism
        if reply.code not in _MECHANISM_UNKNOWN or mechanism == usable[-1]:
            break
    raise _refusal(dialogue, reply)


def _plain(dialogue: Dialogue, user: bytes, password: bytes, deadline: Deadline) -> Reply:
    response = base64.b64encode(b"\0" + user + b"\0" + password)
    line = b"AUTH PLAIN " + response + b"\r\n"
    if len(line) <= _MAX_COMMAND_BYTES:
        reply = dialogue.ask(line, deadline, shown=f"AUTH PLAIN {STRUCK_OUT}")
        return reply if reply.code != 334 else _answer(dialogue, reply, response, deadline)
    reply = dialogue.ask(b"AUTH PLAIN\r\n", deadline)
    return _answer(dialogue, reply, response, deadline) if reply.code == 334 else reply


def _login(dialogue: Dialogue, user: bytes, password: bytes, deadline: Deadline) -> Reply:
    reply = dialogue.ask(b"AUTH LOGIN\r\n", deadline)
    for secret in (user, password):
        if reply.code != 334:
            return reply
        reply = _answer(dialogue, reply, base64.b64encode(secret), deadline)
    return reply


def _answer(dialogue: Dialogue, challenge: Reply, response: bytes, deadline: Deadline) -> Reply:
    try:
        base64.b64decode("".join(challenge.lines), validate=True)
    except (binascii.Error, ValueError):
        raise _cancelled(dialogue, challenge, deadline) from None
    return dialogue.ask(response + b"\r\n", deadline, shown=STRUCK_OUT)


def _cancelled(dialogue: Dialogue, challenge: Reply, deadline: Deadline) -> SmtpFailure:
    failure = dialogue.failure(Code.AUTH_PROTOCOL, challenge)
    dialogue.ask(b"*\r\n", deadline)
    return failure


def _refusal(dialogue: Dialogue, reply: Reply) -> SmtpFailure:
    if reply.code == 334 or reply.is_success:
        dialogue.is_broken = True
        return dialogue.failure(Code.AUTH_PROTOCOL, reply)
    if reply.is_temporary:
        return dialogue.failure(Code.AUTH_TEMPORARY, reply)
    if reply.code in (530, 538) and dialogue.connection.tls is None:
        return dialogue.failure(Code.TLS_REQUIRED, reply)
    if reply.code in _MECHANISM_UNKNOWN or reply.code == 534:
        offered = ", ".join(dialogue.extensions.mechanisms)
        return dialogue.failure(
            Code.AUTH_MECH_UNSUPPORTED, reply, offered=offered, wanted=", ".join(MECHANISMS)
        )
    return dialogue.failure(Code.AUTH_REJECTED, reply)
