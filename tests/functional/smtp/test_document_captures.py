"""The captures of the Cisco document: its two successes and its three failures, line by line."""

import socket

from notifications import words
from notifications.smtp.errors import Stage
from notifications.smtp.settings import TlsMode
from notifications.smtp.stages import StageState
from tests.functional.smtp.conftest import Probe
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer

DC1 = {
    "name": "DC1.testlab.com",
    "banner": "Microsoft ESMTP MAIL Service, Version: 8.5.9600.16384 ready at Wed, 28 Oct 2020"
    " 13:15:48 +0000",
    "extensions": ("AUTH=LOGIN", "AUTH LOGIN", "TURN", "SIZE", "ETRN", "PIPELINING"),
    "auth_lines": (),
    "goodbye": "DC1.testlab.com Service closing transmission channel",
}
INTRODUCTION = [
    "S: 220 DC1.testlab.com Microsoft ESMTP MAIL Service, Version: 8.5.9600.16384 ready at Wed, 28 Oct 2020"
    " 13:15:48 +0000",
    "C: EHLO ISE3-1",
    "S: 250-DC1.testlab.com Hello [127.0.0.1]",
    "S: 250-AUTH=LOGIN",
    "S: 250-AUTH LOGIN",
    "S: 250-TURN",
    "S: 250-SIZE",
    "S: 250-ETRN",
    "S: 250 PIPELINING",
]
SIGN_IN = [
    "C: AUTH LOGIN",
    "S: 334 VXNlcm5hbWU6",
    "C: ********",
    "S: 334 UGFzc3dvcmQ6",
    "C: ********",
]
GOODBYE = ["C: QUIT", "S: 221 2.0.0 DC1.testlab.com Service closing transmission channel"]


def transcript(result) -> list[str]:
    return [str(line) for line in result.transcript]


def failed_stage(result) -> Stage:
    return next(report.stage for report in result.stages if report.state is StageState.FAILED)


def test_a_server_without_sign_in_and_encryption_answers_and_no_mail_is_sent(test_connection: Probe):
    with SmtpServer(
        name="xch-rcd-001.cisco.com", extensions=("SIZE 37748736", "PIPELINING", "DSN")
    ) as server:
        result = test_connection(server.port)
    assert transcript(result) == [
        "S: 220 xch-rcd-001.cisco.com ESMTP ready",
        "C: EHLO ISE3-1",
        "S: 250-xch-rcd-001.cisco.com Hello [127.0.0.1]",
        "S: 250-SIZE 37748736",
        "S: 250-PIPELINING",
        "S: 250 DSN",
        "C: QUIT",
        "S: 221 2.0.0 Service closing transmission channel",
    ]
    assert server.commands == ["EHLO ISE3-1", "QUIT"]
    assert words.text_of(result.code, result.params).headline == "Successfully connected to SMTP server"


def test_the_password_is_accepted(test_connection: Probe):
    with SmtpServer(users={"sosladmin": "C!sco@123"}, **DC1) as server:
        result = test_connection(
            server.port, user="sosladmin", password="C!sco@123", allow_cleartext_password=True
        )
    accepted = "S: 235 2.7.0 Authentication successful"
    assert transcript(result) == [*INTRODUCTION, *SIGN_IN, accepted, *GOODBYE]
    assert server.commands == ["EHLO ISE3-1", "AUTH LOGIN", "c29zbGFkbWlu", "QyFzY29AMTIz", "QUIT"]
    assert (result.code, words.exit_code(result.code, None)) == ("OK", 0)
    assert all(report.state is StageState.DONE for report in result.stages)


def test_a_wrong_password_is_refused_with_the_authentication_sentence(test_connection: Probe):
    with SmtpServer(users={"sosladmin": "C!sco@123"}, **DC1) as server:
        result = test_connection(server.port, user="test", password="C!scp123", allow_cleartext_password=True)
    refused = "S: 535 5.7.3 Authentication unsuccessful"
    assert transcript(result) == [*INTRODUCTION, *SIGN_IN, refused, *GOODBYE]
    assert (result.code, failed_stage(result)) == ("AUTH_REJECTED", Stage.AUTH)
    told = words.text_of(result.code, result.params)
    assert told.headline == (
        "Authentication failure: could not connect to SMTP server, user name or password is incorrect"
    )
    assert "535 5.7.3 Authentication unsuccessful" in told.cause
    assert words.exit_code(result.code, result.stage) == 40


def test_an_untrusted_certificate_is_refused_with_the_ssl_sentence(
    test_connection: Probe, authority: Authority, nobody_trusted
):
    certificate = authority.issue("127.0.0.1")
    with SmtpServer(certificate=certificate, extensions=("SIZE",)) as server:
        result = test_connection(server.port, tls=TlsMode.AUTO, trust=nobody_trusted)
        server.stop()
    assert transcript(result) == [
        "S: 220 mail.testlab.com ESMTP ready",
        "C: EHLO ISE3-1",
        "S: 250-mail.testlab.com Hello [127.0.0.1]",
        "S: 250-SIZE",
        "S: 250 STARTTLS",
        "C: STARTTLS",
        "S: 220 2.0.0 SMTP server ready",
        "*: → TLS alert 48 (unknown_ca)",
    ]
    assert failed_stage(result) is Stage.TRUST
    assert "unknown ca" in server.tls_errors[0]
    assert server.commands == ["EHLO ISE3-1", "STARTTLS"]
    told = words.text_of(result.code, result.params)
    assert told.headline == (
        "Could not connect to SMTP server, SSL error. Please check the trusted certificates"
    )
    assert "Testlab Root CA" in told.cause
    assert words.exit_code(result.code, result.stage) == 31
    assert [one.subject for one in result.chain] == [certificate.chain[0].subject.rfc4514_string()]


def test_the_same_certificate_is_accepted_once_its_root_is_trusted(
    test_connection: Probe, authority: Authority
):
    certificate = authority.intermediate().issue("127.0.0.1")
    with SmtpServer(certificate=certificate, users={"relay": "C!sco@123"}) as server:
        result = test_connection(server.port, tls=TlsMode.AUTO, user="relay", password="C!sco@123")
    assert result.code == "OK"
    said = transcript(result)
    assert said.index("C: STARTTLS") < said.index("C: AUTH PLAIN ********")
    assert said.count("C: EHLO ISE3-1") == 2
    assert result.params["tls"] == "TLSv1.3"


def test_a_port_without_service_resets_and_gives_the_connection_sentence(test_connection: Probe):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    result = test_connection(port, host="localhost")
    assert (result.code, failed_stage(result)) == ("CONNECT_REFUSED", Stage.CONNECT)
    resolved = result.stages[0]
    assert (resolved.stage, resolved.state) == (Stage.RESOLVE, StageState.DONE)
    assert "127.0.0.1" in resolved.facts["a"]
    told = words.text_of(result.code, result.params)
    assert told.headline == "Connection to SMTP server failed"
    assert transcript(result) == []
    assert words.exit_code(result.code, result.stage) == 20


def test_a_name_that_does_not_resolve_gives_the_connection_sentence(test_connection: Probe):
    result = test_connection(25, host="mail.testlab.invalid")
    assert (result.code, failed_stage(result)) == ("DNS_FAILED", Stage.RESOLVE)
    assert words.text_of(result.code, result.params).headline == "Connection to SMTP server failed"
    assert words.exit_code(result.code, result.stage) == 10
