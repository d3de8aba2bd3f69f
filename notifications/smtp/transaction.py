"""One mail through an open session: MAIL, RCPT, DATA and the final dot (RFC 5321 3.3, RFC 2920)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from notifications.smtp.deadline import Deadline
from notifications.smtp.dialogue import Dialogue
from notifications.smtp.errors import Code, Kind, SmtpFailure, Stage
from notifications.smtp.message import MessageMalformed, framed, has_eight_bit
from notifications.smtp.protocol import Reply, command
from notifications.smtp.receipt import Accepted, receipt
from notifications.smtp.refusals import refusal

_ENVELOPE = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_EARLY_ANSWER_SECONDS = 1.0


@dataclass(frozen=True)
class Mail:
    """A message with its envelope; `envelope_from` "" is the null sender."""

    envelope_from: str
    recipient: str
    message: bytes


def send(dialogue: Dialogue, mail: Mail, deadline: Deadline) -> Accepted:
    """Send one mail; after an SmtpFailure the dialogue is either ready for the next mail or broken."""
    dialogue.kind = Kind.TEMPORARY
    data = _checked(dialogue, mail)
    replies = _send_envelope(dialogue, _commands(dialogue, mail), deadline)
    if failure := _first_refusal(dialogue, replies):
        _recover(dialogue, replies, deadline)
        raise failure
    return _send_message(dialogue, data, deadline)


def _checked(dialogue: Dialogue, mail: Mail) -> bytes:
    """Return what follows DATA; raises SmtpFailure for a mail that this server cannot take."""
    extensions = dialogue.extensions
    for stage, address in ((Stage.MAIL, mail.envelope_from), (Stage.RCPT, mail.recipient)):
        if any(char in "<>" or char.isspace() or not char.isprintable() for char in address):
            raise SmtpFailure(Code.ADDRESS_MALFORMED, stage, kind=Kind.PERMANENT)
        if not address.isascii() and not extensions.has("SMTPUTF8"):
            raise SmtpFailure(Code.NEEDS_SMTPUTF8, stage, kind=Kind.PERMANENT)
    if not mail.recipient:
        raise SmtpFailure(Code.ADDRESS_MALFORMED, Stage.RCPT, kind=Kind.PERMANENT)
    if has_eight_bit(mail.message) and not extensions.has("8BITMIME"):
        raise SmtpFailure(Code.NEEDS_8BITMIME, Stage.DATA, kind=Kind.PERMANENT)
    limit, size = extensions.max_message_bytes, len(mail.message)
    if limit is not None and size > limit:
        sizes = {"size": str(size), "limit": str(limit)}
        raise SmtpFailure(Code.SIZE_EXCEEDED, Stage.MAIL, kind=Kind.PERMANENT, params=sizes)
    try:
        return framed(mail.message)
    except MessageMalformed as problem:
        params = {"detail": problem.detail}
        raise SmtpFailure(Code.MESSAGE_MALFORMED, Stage.DATA, kind=Kind.PERMANENT, params=params) from problem


def _commands(dialogue: Dialogue, mail: Mail) -> dict[Stage, bytes]:
    words = [f"FROM:<{mail.envelope_from}>"]
    if dialogue.extensions.has("SIZE"):
        words.append(f"SIZE={len(mail.message)}")
    if has_eight_bit(mail.message):
        words.append("BODY=8BITMIME")
    if not (mail.envelope_from + mail.recipient).isascii():
        words.append("SMTPUTF8")
    return {
        Stage.MAIL: command("MAIL", *words),
        Stage.RCPT: command("RCPT", f"TO:<{mail.recipient}>"),
        Stage.DATA: command("DATA"),
    }


def _send_envelope(
    dialogue: Dialogue, commands: dict[Stage, bytes], deadline: Deadline
) -> dict[Stage, Reply]:
    """Say MAIL, RCPT and DATA, in one go where the server can take it; return the answers."""
    pipelined = dialogue.extensions.has("PIPELINING")
    if pipelined:
        dialogue.stage = Stage.MAIL
        dialogue.say(b"".join(commands.values()), deadline)
    replies: dict[Stage, Reply] = {}
    for stage in _ENVELOPE:
        dialogue.begin(stage)
        try:
            if not pipelined:
                dialogue.say(commands[stage], deadline)
            replies[stage] = dialogue.hear(deadline)
        except SmtpFailure:
            if any(_is_refused(known, reply) for known, reply in replies.items()):
                break
            raise
        if dialogue.is_broken or (not pipelined and _is_refused(stage, replies[stage])):
            break
        dialogue.done({"text": replies[stage].text})
    return replies


def _is_refused(stage: Stage, reply: Reply) -> bool:
    return reply.code != 354 if stage is Stage.DATA else not reply.is_success


def _first_refusal(dialogue: Dialogue, replies: dict[Stage, Reply]) -> SmtpFailure | None:
    is_encrypted = dialogue.connection.tls is not None
    for stage, reply in replies.items():
        if _is_refused(stage, reply):
            return refusal(stage, reply, is_encrypted=is_encrypted)
    return None


def _recover(dialogue: Dialogue, replies: dict[Stage, Reply], deadline: Deadline) -> None:
    """Make the session ready for the next mail after a refusal, or leave it broken."""
    if dialogue.is_broken:
        return
    with contextlib.suppress(SmtpFailure):
        if Stage.DATA in replies and replies[Stage.DATA].code == 354:
            # RFC 2920 3.1: a server may take DATA although it refused the only recipient.
            dialogue.ask(b".\r\n", deadline)
        if replies[Stage.MAIL].is_success and not dialogue.ask(b"RSET\r\n", deadline).is_success:
            dialogue.is_broken = True


def _send_message(dialogue: Dialogue, data: bytes, deadline: Deadline) -> Accepted:
    is_encrypted = dialogue.connection.tls is not None
    try:
        dialogue.say(data, deadline, shown=f"[{len(data)} bytes]")
    except SmtpFailure as lost:
        early = _answer_before_the_end(dialogue) if lost.code == Code.CONNECTION_RESET else None
        raise (refusal(Stage.DATA, early, is_encrypted=is_encrypted) if early else lost) from lost
    try:
        reply = dialogue.hear(deadline)
    except SmtpFailure as lost:
        params = {"cause": lost.code}
        raise SmtpFailure(Code.ANSWER_MISSING, Stage.DATA, kind=Kind.AMBIGUOUS, params=params) from lost
    if reply.is_success:
        return receipt(reply, str(dialogue.connection.endpoint))
    if reply.code < 400:
        dialogue.is_broken = True
        raise SmtpFailure(Code.REPLY_UNEXPECTED, Stage.DATA, kind=Kind.AMBIGUOUS, reply=reply.text)
    raise refusal(Stage.DATA, reply, is_encrypted=is_encrypted)


def _answer_before_the_end(dialogue: Dialogue) -> Reply | None:
    """A server that breaks off in the middle of the data has often said why."""
    with contextlib.suppress(SmtpFailure):
        reply = dialogue.hear(Deadline.after(_EARLY_ANSWER_SECONDS))
        return reply if reply.code >= 400 else None
    return None
