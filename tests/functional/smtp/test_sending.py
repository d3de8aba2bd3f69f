"""Mail through an open session: what arrives, whose fault a refusal is, when an end is ambiguous."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from notifications.smtp.deadline import Deadline
from notifications.smtp.errors import Code, Kind, SmtpFailure, Stage
from notifications.smtp.session import SmtpSession, open_session
from notifications.smtp.settings import ServerSettings, TlsMode
from notifications.smtp.stages import Nobody
from notifications.smtp.transcript import Speaker
from tests.support.servercerts import Authority
from tests.support.smtpd import EXTENSIONS, SmtpServer, answer, close, raw, reset, silence

MESSAGE = (
    b"From: ise@testlab.com\r\nSubject: Your Guest Account Credentials\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n"
)


class Listener(Nobody):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def said(self, speaker: Speaker, text: str) -> None:
        self.lines.append(f"{speaker}: {text}")


@pytest.fixture(params=[True, False], ids=["pipelined", "one by one"])
def server(request, authority: Authority) -> Iterator[SmtpServer]:
    extensions = EXTENSIONS if request.param else EXTENSIONS[1:]
    certificate = authority.issue("127.0.0.1")
    with SmtpServer(certificate=certificate, users={"relay": "C!sco@123"}, extensions=extensions) as server:
        yield server


@pytest.fixture
def session(server: SmtpServer, trust) -> Iterator[SmtpSession]:
    session = open_to(server, trust)
    yield session
    session.abort()


def open_to(server: SmtpServer, trust, observer=None) -> SmtpSession:
    settings = ServerSettings(
        "127.0.0.1", server.port, 5, TlsMode.STARTTLS, user="relay", password="C!sco@123", ehlo_name="ISE3-1"
    )
    now = datetime.now(UTC)
    return open_session(settings, trust=trust, now=now, deadline=Deadline.after(5), observer=observer)


def send(session: SmtpSession, message: bytes = MESSAGE, *, to: str = "gita@example.net", seconds: float = 5):
    return session.send(
        envelope_from="ise@testlab.com", recipient=to, message=message, deadline=Deadline.after(seconds)
    )


def refusal(
    session: SmtpSession, message: bytes = MESSAGE, *, to: str = "gita@example.net", seconds: float = 5
):
    with pytest.raises(SmtpFailure) as caught:
        send(session, message, to=to, seconds=seconds)
    return caught.value


def test_the_server_gets_the_message_byte_by_byte(server: SmtpServer, session: SmtpSession):
    accepted = send(session)
    stored = server.messages[0]
    assert stored.data == MESSAGE
    assert (stored.envelope_from, stored.recipients) == ("ise@testlab.com", ["gita@example.net"])
    assert (stored.user, stored.tls_version, stored.ehlo_name) == ("relay", "TLSv1.3", "ISE3-1")
    assert f"SIZE={len(MESSAGE)}" in stored.mail_line
    assert (accepted.code, accepted.enhanced, accepted.queue_id) == (250, "2.0.0", stored.queue_id)
    assert accepted.peer == f"127.0.0.1:{server.port}"


def test_many_messages_share_one_connection(server: SmtpServer, session: SmtpSession):
    for number in range(20):
        send(session, b"Subject: %d\r\n\r\nx\r\n" % number)
    assert session.quit() == "221 2.0.0 Service closing transmission channel"
    assert (len(server.messages), server.connections) == (20, 1)
    assert not session.is_usable


@pytest.mark.parametrize(
    ("step", "reply", "code", "kind"),
    [
        ("MAIL", "451 4.3.0 later", Code.SENDER_REFUSED, Kind.TEMPORARY),
        ("MAIL", "550 5.7.60 not as this sender", Code.SENDER_REFUSED, Kind.RELAY_FAULT),
        ("RCPT", "550 5.1.1 no such user", Code.RECIPIENT_REFUSED, Kind.PERMANENT),
        ("RCPT", "450 4.2.0 greylisted", Code.GREYLISTED, Kind.TEMPORARY),
        ("DATA", "554 5.5.1 no", Code.DATA_REFUSED, Kind.PERMANENT),
        ("DOT", "452 4.3.1 disk full", Code.DATA_REFUSED, Kind.TEMPORARY),
        ("DOT", "554 5.6.0 spam", Code.DATA_REFUSED, Kind.PERMANENT),
    ],
)
def test_a_refusal_is_the_matter_of_one_mail(server, session, step, reply, code, kind):
    server.fail(step, answer(reply), times=1)
    failure = refusal(session)
    assert (failure.code, failure.kind, failure.reply) == (code, kind, reply)
    assert session.is_usable
    assert send(session).code == 250
    assert len(server.messages) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_421_is_temporary_and_ends_the_session(server: SmtpServer, session: SmtpSession, step: str):
    server.fail(step, close("421 4.3.2 shutting down"))
    failure = refusal(session)
    assert (failure.code, failure.kind) == (Code.SERVER_BUSY, Kind.TEMPORARY)
    assert not session.is_usable


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize("action", [close(), reset(), silence()], ids=["close", "reset", "silence"])
def test_a_loss_before_the_final_dot_is_temporary(
    server: SmtpServer, session: SmtpSession, step: str, action
):
    server.fail(step, action)
    large = b"Subject: x\r\n\r\n" + (b"x" * 98 + b"\r\n") * 200_000
    failure = refusal(session, large, seconds=1)
    assert failure.kind is Kind.TEMPORARY
    assert failure.code in {Code.CONNECTION_RESET, Code.REPLY_TIMEOUT}
    assert not session.is_usable


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (close(), Code.ANSWER_MISSING),
        (reset(), Code.ANSWER_MISSING),
        (silence(), Code.ANSWER_MISSING),
        (raw(b"ok\r\n"), Code.ANSWER_MISSING),
        (answer("354 more"), Code.REPLY_UNEXPECTED),
    ],
    ids=["close", "reset", "silence", "noise", "354"],
)
def test_a_loss_after_the_final_dot_is_ambiguous(
    server: SmtpServer, session: SmtpSession, action, code: Code
):
    server.fail("DOT", action)
    failure = refusal(session, seconds=1)
    assert (failure.code, failure.kind, failure.stage) == (code, Kind.AMBIGUOUS, Stage.DATA)
    assert not session.is_usable


def test_an_answer_in_the_middle_of_the_data_is_read(server: SmtpServer, session: SmtpSession):
    server.fail("BODY", close("552 5.3.4 Message size exceeds fixed limit"))
    large = b"Subject: x\r\n\r\n" + (b"x" * 98 + b"\r\n") * 200_000
    failure = refusal(session, large)
    assert failure.kind in {Kind.PERMANENT, Kind.TEMPORARY}
    assert failure.code in {Code.SIZE_EXCEEDED, Code.CONNECTION_RESET}
    assert not session.is_usable


def test_data_taken_without_a_recipient_gets_nothing_but_the_dot(server: SmtpServer, session: SmtpSession):
    def take_anything(talk) -> None:
        talk.say("354 go on")
        talk._read_data()
        talk.say("554 5.5.1 No valid recipients")

    server.fail("RCPT", answer("550 5.1.1 no such user"), times=1)
    server.fail("DATA", take_anything, times=1)
    assert refusal(session).code == Code.RECIPIENT_REFUSED
    server.heal("DATA")
    assert send(session).code == 250
    assert [stored.data for stored in server.messages] == [MESSAGE]


@pytest.mark.parametrize(
    ("message", "to", "code"),
    [
        (b"a: b\r\n\r\nx\ny\r\n", "gita@example.net", Code.MESSAGE_MALFORMED),
        (MESSAGE, "gita@example.net>\r\nRCPT TO:<evil@example.net", Code.ADDRESS_MALFORMED),
        (MESSAGE, "gita @example.net", Code.ADDRESS_MALFORMED),
        (MESSAGE, "", Code.ADDRESS_MALFORMED),
        (b"x: " + b"y" * 990 + b"\r\n" * 20_000_000, "gita@example.net", Code.SIZE_EXCEEDED),
    ],
    ids=["bare line feed", "second command", "space", "nobody", "size"],
)
def test_what_must_not_be_sent_is_refused_before_a_word_is_said(server, session, message, to, code):
    said = len(server.commands)
    failure = refusal(session, message, to=to)
    assert (failure.code, failure.kind) == (code, Kind.PERMANENT)
    assert len(server.commands) == said
    assert session.is_usable


def test_letters_beyond_ascii_need_smtputf8(authority: Authority, trust):
    with SmtpServer(certificate=authority.issue("127.0.0.1"), users={"relay": "C!sco@123"}) as server:
        session = open_to(server, trust)
        send(session, to="gîta@example.net")
        session.quit()
        assert server.messages[0].recipients == ["gîta@example.net"]
        assert server.messages[0].mail_line.endswith(" SMTPUTF8")
        server.extensions = ("PIPELINING",)
        session = open_to(server, trust)
        assert refusal(session, to="gîta@example.net").code == Code.NEEDS_SMTPUTF8
        assert refusal(session, "Subject: é\r\n\r\nx\r\n".encode()).code == Code.NEEDS_8BITMIME
        session.quit()


def test_the_mail_of_the_document_goes_as_it_shows(authority: Authority, trust):
    listener = Listener()
    exchange = "250 2.6.0 <366327480.7.1603718485230@ISE3-1> [InternalId=201137613468157]"
    with SmtpServer(name="xch-rcd-001.cisco.com", extensions=("DSN",)) as server:
        server.fail("DOT", answer(exchange))
        settings = ServerSettings("127.0.0.1", server.port, 5, ehlo_name="ISE3-1")
        now = datetime.now(UTC)
        session = open_session(settings, trust=trust, now=now, deadline=Deadline.after(5), observer=listener)
        accepted = send(session)
        session.quit()
    assert accepted.queue_id == "201137613468157"
    assert listener.lines[4:] == [
        "C: MAIL FROM:<ise@testlab.com>",
        "S: 250 2.1.0 Sender OK",
        "C: RCPT TO:<gita@example.net>",
        "S: 250 2.1.5 Recipient OK",
        "C: DATA",
        "S: 354 Start mail input; end with <CRLF>.<CRLF>",
        f"C: [{len(MESSAGE) + 6} bytes]",
        f"S: {exchange}",
        "C: QUIT",
        "S: 221 2.0.0 Service closing transmission channel",
    ]
