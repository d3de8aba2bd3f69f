"""The dialogue with a real Postfix: private authority, STARTTLS, TLS on connect, Cyrus SASL."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from notifications.smtp.deadline import Deadline
from notifications.smtp.errors import Kind, SmtpFailure
from notifications.smtp.session import open_session
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.functional.smtp.conftest import Probe
from tests.support.postfix import REALM, Postfix, running_postfix, why_not
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer

pytestmark = [pytest.mark.postfix, pytest.mark.skipif(bool(why_not()), reason=why_not() or "runs")]
USER, PASSWORD = "relay", "C!sco@123"
MESSAGE = b"From: ise@testlab.com\r\nTo: gita@example.net\r\nSubject: Credentials\r\n\r\n.dot\r\nend\r\n"


@pytest.fixture(scope="module")
def sink() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def postfix(authority: Authority, sink: SmtpServer) -> Iterator[Postfix]:
    certificate = authority.intermediate().issue("localhost", "127.0.0.1")
    with running_postfix(certificate, user=USER, password=PASSWORD, sink_port=sink.port) as server:
        yield server


@pytest.mark.parametrize("mode", [TlsMode.STARTTLS, TlsMode.IMPLICIT])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_every_stage_is_green_with_the_root_trusted(postfix: Postfix, test_connection: Probe, mode, host):
    port = postfix.starttls_port if mode is TlsMode.STARTTLS else postfix.implicit_port
    result = test_connection(port, host=host, tls=mode, user=f"{USER}@{REALM}", password=PASSWORD)
    assert result.code == "OK", postfix.log()
    assert {report.state for report in result.stages} == {"ok"}
    assert "C: AUTH PLAIN ********" in [str(line) for line in result.transcript]
    assert PASSWORD not in str(result.as_json())


@pytest.mark.parametrize("mode", [TlsMode.STARTTLS, TlsMode.IMPLICIT])
def test_an_empty_store_trusts_nobody_and_postfix_sees_the_alert(
    postfix: Postfix, test_connection: Probe, nobody_trusted, mode
):
    port = postfix.starttls_port if mode is TlsMode.STARTTLS else postfix.implicit_port
    result = test_connection(port, tls=mode, trust=nobody_trusted, user=USER, password=PASSWORD)
    assert (result.code, result.stage) == ("UNKNOWN_ISSUER", "TRUST")
    assert [one.source for one in result.chain] == ["presented", "presented"]
    assert postfix.has_logged("alert unknown ca"), postfix.log()


def test_a_wrong_password_is_refused_with_the_answer_of_postfix(postfix: Postfix, test_connection: Probe):
    result = test_connection(
        postfix.starttls_port, tls=TlsMode.STARTTLS, user=f"{USER}@{REALM}", password="wrong"
    )
    assert (result.code, result.stage) == ("AUTH_REJECTED", "AUTH")
    assert result.params["text"].startswith("535 5.7.8 Error: authentication failed")


def test_each_wrong_mode_is_recognized(postfix: Postfix, test_connection: Probe):
    assert test_connection(postfix.starttls_port, tls=TlsMode.IMPLICIT).code == "PLAIN_ON_TLS_PORT"
    silent = test_connection(postfix.implicit_port, tls=TlsMode.STARTTLS, timeout_seconds=2)
    assert silent.code == "TLS_ON_PLAIN_PORT"


def test_mails_go_through_postfix_over_one_connection(postfix: Postfix, sink: SmtpServer, trust):
    settings = ServerSettings(
        "127.0.0.1", postfix.starttls_port, 10, TlsMode.STARTTLS, user=f"{USER}@{REALM}", password=PASSWORD
    )
    session = open_session(settings, trust=trust, now=datetime.now(UTC), deadline=Deadline.after(10))
    before = len(sink.messages)
    accepted = [
        session.send(
            envelope_from="ise@testlab.com",
            recipient=f"gita{number}@example.net",
            message=MESSAGE,
            deadline=Deadline.after(10),
        )
        for number in range(3)
    ]
    session.quit()
    assert len({one.queue_id for one in accepted}) == 3
    assert all(postfix.has_logged(f"{one.queue_id}: ") for one in accepted)
    stored = sink.wait_for_messages(before + 3, 20)[before:]
    assert all(message.data.endswith(b"\r\n\r\n.dot\r\nend\r\n") for message in stored)


def test_without_sign_in_postfix_does_not_relay(postfix: Postfix, trust):
    settings = ServerSettings("127.0.0.1", postfix.starttls_port, 10, TlsMode.STARTTLS)
    session = open_session(settings, trust=trust, now=datetime.now(UTC), deadline=Deadline.after(10))
    with pytest.raises(SmtpFailure) as caught:
        session.send(
            envelope_from="ise@testlab.com",
            recipient="gita@example.net",
            message=MESSAGE,
            deadline=Deadline.after(10),
        )
    assert (caught.value.code, caught.value.kind) == ("RELAY_DENIED", Kind.PERMANENT)
    assert session.is_usable
    session.quit()
