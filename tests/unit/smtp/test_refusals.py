"""Whose fault a refused mail is."""

import pytest

from notifications.smtp.errors import Code, Kind, Stage
from notifications.smtp.protocol import Reply
from notifications.smtp.refusals import refusal

CASES = [
    (Stage.MAIL, 451, "4.3.0 try later", Code.SENDER_REFUSED, Kind.TEMPORARY),
    (Stage.MAIL, 550, "5.7.60 may not send as", Code.SENDER_REFUSED, Kind.RELAY_FAULT),
    (Stage.MAIL, 530, "5.7.0 Must issue a STARTTLS command first", Code.TLS_REQUIRED, Kind.RELAY_FAULT),
    (Stage.MAIL, 530, "5.7.1 Authentication required", Code.AUTH_REQUIRED, Kind.RELAY_FAULT),
    (Stage.MAIL, 552, "5.3.4 Message size exceeds", Code.SIZE_EXCEEDED, Kind.PERMANENT),
    (Stage.RCPT, 550, "5.1.1 User unknown", Code.RECIPIENT_REFUSED, Kind.PERMANENT),
    (Stage.RCPT, 554, "5.7.1 Relay access denied", Code.RELAY_DENIED, Kind.PERMANENT),
    (Stage.RCPT, 450, "4.2.0 Greylisted, see http://…", Code.GREYLISTED, Kind.TEMPORARY),
    (Stage.RCPT, 452, "4.5.3 Too many recipients", Code.RECIPIENT_REFUSED, Kind.TEMPORARY),
    (Stage.RCPT, 252, "cannot verify", Code.REPLY_UNEXPECTED, Kind.TEMPORARY),
    (Stage.DATA, 554, "5.6.0 bad content", Code.DATA_REFUSED, Kind.PERMANENT),
    (Stage.DATA, 451, "4.3.0 queue file write error", Code.DATA_REFUSED, Kind.TEMPORARY),
    (Stage.DATA, 421, "4.3.2 shutting down", Code.SERVER_BUSY, Kind.TEMPORARY),
    (Stage.RCPT, 421, "4.7.0 too many", Code.SERVER_BUSY, Kind.TEMPORARY),
]


@pytest.mark.parametrize(("stage", "number", "text", "code", "kind"), CASES)
def test_the_answer_decides_code_and_kind(stage: Stage, number: int, text: str, code: Code, kind: Kind):
    failure = refusal(stage, Reply(number, (text,)), is_encrypted=False)
    assert (failure.code, failure.kind, failure.stage) == (code, kind, stage)
    assert failure.reply == f"{number} {text}"
    assert failure.reply_code == number


def test_a_530_inside_tls_asks_for_a_sign_in():
    failure = refusal(Stage.MAIL, Reply(530, ("5.7.0 TLS done, sign in",)), is_encrypted=True)
    assert failure.code == Code.AUTH_REQUIRED


def test_the_enhanced_code_is_read_from_the_reply():
    assert refusal(Stage.RCPT, Reply(550, ("5.1.1 unknown",)), is_encrypted=True).enhanced == "5.1.1"
    assert refusal(Stage.RCPT, Reply(550, ("unknown 5.1.1",)), is_encrypted=True).enhanced == ""
