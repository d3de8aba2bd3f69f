"""Servers that do not play by the rules: nothing lasts longer than its deadline, nothing secret is said."""

import socket
import threading
import time
import tracemalloc
from datetime import UTC, datetime

import pytest

from notifications import words
from notifications.smtp.connection import dial
from notifications.smtp.deadline import Deadline
from notifications.smtp.errors import Code, Kind, SmtpFailure, Stage
from notifications.smtp.resolve import Endpoint, Resolution, resolve
from notifications.smtp.session import open_session
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.functional.smtp.conftest import Probe
from tests.support.servercerts import Authority
from tests.support.smtpd import (
    SmtpServer,
    answer,
    close,
    drip,
    endless,
    raw,
    reset,
    silence,
)

BUDGET = 1
SLACK = 1.5


@pytest.fixture
def plain() -> SmtpServer:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def encrypted(authority: Authority) -> SmtpServer:
    with SmtpServer(certificate=authority.issue("127.0.0.1"), users={"relay": "C!sco@123"}) as server:
        yield server


@pytest.mark.parametrize(
    ("step", "code"),
    [("banner", Code.BANNER_TIMEOUT), ("EHLO", Code.REPLY_TIMEOUT), ("STARTTLS", Code.REPLY_TIMEOUT)],
)
@pytest.mark.parametrize("action", [drip(b"220 " + b"x" * 500, 0.1), silence()], ids=["drip", "silence"])
def test_a_server_that_drips_or_is_silent_is_left_at_the_deadline(
    encrypted: SmtpServer, test_connection: Probe, step, code, action
):
    encrypted.fail(step, action)
    started_at = time.monotonic()
    result = test_connection(encrypted.port, timeout_seconds=BUDGET, tls=TlsMode.STARTTLS)
    assert time.monotonic() - started_at < BUDGET + SLACK
    assert result.code == code


def test_a_server_that_is_silent_in_the_handshake_is_left_at_the_deadline(
    encrypted: SmtpServer, test_connection: Probe
):
    encrypted.fail("TLS", silence())
    result = test_connection(encrypted.port, timeout_seconds=BUDGET, tls=TlsMode.STARTTLS)
    assert (result.code, result.stage) == (Code.TLS_HANDSHAKE_TIMEOUT, Stage.TLS)


@pytest.mark.parametrize(
    ("chunk", "code"),
    [(b"250-x\r\n" * 100, Code.REPLY_TOO_LARGE), (b"x" * 4096, Code.REPLY_LINE_TOO_LONG)],
    ids=["lines", "line"],
)
def test_an_answer_without_end_costs_neither_time_nor_memory(
    plain: SmtpServer, test_connection: Probe, chunk: bytes, code: Code
):
    plain.fail("EHLO", endless(chunk))
    tracemalloc.start()
    try:
        result = test_connection(plain.port)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.code == code
    assert result.milliseconds < 2000
    assert peak < 5_000_000


@pytest.mark.parametrize("step", ["banner", "EHLO"])
def test_a_reset_is_told_with_its_stage(plain: SmtpServer, test_connection: Probe, step: str):
    plain.fail(step, reset(after_seconds=0.3))  # at once, the client may still be connecting
    result = test_connection(plain.port)
    stage = Stage.GREETING if step == "banner" else Stage.EHLO
    assert (result.code, result.stage) == (Code.CONNECTION_RESET, stage)
    assert words.text_of(result.code, result.params).headline == "Connection to SMTP server failed"


@pytest.mark.parametrize("action", [reset(), close()], ids=["reset", "close"])
def test_a_connection_broken_in_the_handshake_gives_the_ssl_sentence(
    encrypted: SmtpServer, test_connection: Probe, action
):
    encrypted.fail("TLS", action)
    result = test_connection(encrypted.port, tls=TlsMode.STARTTLS)
    assert (result.code, result.stage) == (Code.TLS_CLOSED, Stage.TLS)
    assert words.text_of(result.code, result.params).headline.startswith(
        "Could not connect to SMTP server, SSL"
    )


def test_a_plain_server_on_a_tls_port_is_quoted(plain: SmtpServer, test_connection: Probe):
    result = test_connection(plain.port, tls=TlsMode.IMPLICIT)
    assert result.code == Code.PLAIN_ON_TLS_PORT
    assert result.params["text"] == "220 mail.testlab.com ESMTP ready"


def test_a_tls_port_asked_in_clear_is_recognized_within_the_timeout(
    authority: Authority, test_connection: Probe
):
    with SmtpServer(certificate=authority.issue("127.0.0.1"), implicit_tls=True) as server:
        result = test_connection(server.port, timeout_seconds=BUDGET)
    assert result.code == Code.TLS_ON_PLAIN_PORT
    assert result.milliseconds <= BUDGET * 1000 + 100


def test_a_plain_server_that_never_greets_is_not_taken_for_tls(plain: SmtpServer, test_connection: Probe):
    plain.fail("banner", silence())
    assert test_connection(plain.port, timeout_seconds=BUDGET).code == Code.BANNER_TIMEOUT


@pytest.mark.parametrize("injected", [b"250-evil\r\n250 AUTH PLAIN\r\n", b"x"])
def test_clear_text_injected_behind_starttls_ends_everything(
    encrypted: SmtpServer, test_connection: Probe, injected: bytes
):
    encrypted.fail("STARTTLS", raw(b"220 go ahead\r\n" + injected))
    result = test_connection(encrypted.port, tls=TlsMode.STARTTLS, user="relay", password="C!sco@123")
    assert (result.code, result.stage) == (Code.STARTTLS_INJECTION, Stage.STARTTLS)
    assert [command.split()[0] for command in encrypted.commands] == ["EHLO", "STARTTLS"]


def test_clear_text_in_place_of_the_handshake_is_an_injection_too(
    encrypted: SmtpServer, test_connection: Probe
):
    encrypted.fail("TLS", raw(b"250 hello\r\n"))
    result = test_connection(encrypted.port, tls=TlsMode.STARTTLS)
    # The network decides whether the text comes together with the 220 or after it.
    assert result.code == Code.STARTTLS_INJECTION
    assert result.stage in {Stage.STARTTLS, Stage.TLS}
    assert [command.split()[0] for command in encrypted.commands] == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (None, Code.STARTTLS_NOT_OFFERED),
        (answer("454 4.7.0 TLS not available"), Code.STARTTLS_REFUSED),
        (answer("502 5.5.1 no"), Code.STARTTLS_REFUSED),
    ],
)
def test_encryption_that_is_asked_for_is_never_given_up(
    authority: Authority, test_connection: Probe, action, code
):
    certificate = authority.issue("127.0.0.1") if action else None
    with SmtpServer(certificate=certificate, users={"relay": "C!sco@123"}, auth_before_tls=True) as server:
        if action:
            server.fail("STARTTLS", action)
        result = test_connection(server.port, tls=TlsMode.STARTTLS, user="relay", password="C!sco@123")
    assert result.code == code
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


def test_what_was_offered_before_tls_is_forgotten(authority: Authority, test_connection: Probe):
    certificate = authority.issue("127.0.0.1")
    with SmtpServer(certificate=certificate, extensions=("AUTH PLAIN",)) as server:
        server.fail("STARTTLS", _upgrade_without_auth)
        result = test_connection(server.port, tls=TlsMode.STARTTLS, user="relay", password="C!sco@123")
    assert (result.code, result.stage) == (Code.AUTH_NOT_OFFERED, Stage.AUTH)


def _upgrade_without_auth(talk) -> None:
    talk.server.extensions = ("SIZE",)
    talk._starttls("STARTTLS")


def test_a_password_does_not_travel_in_clear_unless_that_is_allowed(test_connection: Probe):
    with SmtpServer(users={"relay": "C!sco@123"}) as server:
        result = test_connection(server.port, user="relay", password="C!sco@123")
    assert (result.code, result.stage) == (Code.AUTH_NEEDS_TLS, Stage.AUTH)
    assert server.commands == ["EHLO ISE3-1", "QUIT"]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("421 4.3.2 shutting down", Code.SERVER_BUSY),
        ("451 4.7.1 later", Code.SERVER_BUSY),
        ("554 5.7.1 go away", Code.REJECTED_AT_BANNER),
        ("HTTP/1.1 400 Bad Request", Code.NOT_SMTP),
        ("250 ready", Code.NOT_SMTP),
    ],
)
def test_a_banner_that_is_no_greeting_has_its_code(
    plain: SmtpServer, test_connection: Probe, reply: str, code: Code
):
    plain.fail("banner", answer(reply))
    result = test_connection(plain.port)
    assert (result.code, result.stage) == (code, Stage.GREETING)
    assert reply in result.params["text"]
    assert words.exit_code(result.code, result.stage) == 21


def test_what_a_server_says_is_shown_without_effects(plain: SmtpServer, test_connection: Probe):
    plain.fail("banner", raw("220 \x1b[2J<script>\u202e\r\n".encode()))
    result = test_connection(plain.port)
    assert str(result.transcript[0]) == "S: 220 \\x1b[2J<script>\\u202e"
    assert result.stages[2].facts["text"] == "220 \\x1b[2J<script>\\u202e"


@pytest.mark.parametrize("secret", ["C!sco@123", "QyFzY29AMTIz", "AHJlbGF5AEMhc2NvQDEyMw=="])
def test_a_server_that_repeats_the_password_does_not_get_it_shown(
    encrypted: SmtpServer, test_connection: Probe, secret: str
):
    encrypted.fail("AUTH", answer(f"535 5.7.8 {secret} is wrong"))
    result = test_connection(encrypted.port, tls=TlsMode.STARTTLS, user="relay", password="C!sco@123")
    shown = str(result.as_json())
    assert secret not in shown
    assert "535 5.7.8 ******** is wrong" in shown


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("454 4.7.0 Temporary authentication failure", Code.AUTH_TEMPORARY),
        ("421 4.7.0 Too many errors", Code.AUTH_TEMPORARY),
        ("530 5.7.0 Must issue a STARTTLS command first", Code.AUTH_REJECTED),
        ("538 5.7.11 Encryption required", Code.AUTH_REJECTED),
        ("534 5.7.9 mechanism too weak", Code.AUTH_MECH_UNSUPPORTED),
        ("535 5.7.8 no", Code.AUTH_REJECTED),
        ("550 5.7.1 locked", Code.AUTH_REJECTED),
        ("334 !!!", Code.AUTH_PROTOCOL),
        ("250 2.0.0 fine", Code.AUTH_PROTOCOL),
    ],
)
def test_an_answer_to_the_sign_in_has_its_code(
    encrypted: SmtpServer, test_connection: Probe, reply: str, code: Code
):
    encrypted.fail("AUTH", answer(reply))
    result = test_connection(encrypted.port, tls=TlsMode.STARTTLS, user="relay", password="C!sco@123")
    assert (result.code, result.stage) == (code, Stage.AUTH)
    assert words.exit_code(result.code, result.stage) in {30, 40}


def test_login_follows_when_plain_is_only_claimed(encrypted: SmtpServer, test_connection: Probe):
    encrypted.fail("AUTH", answer("504 5.5.4 Unrecognized authentication type"), times=1)
    result = test_connection(encrypted.port, tls=TlsMode.STARTTLS, user="relay", password="C!sco@123")
    assert result.code == Code.OK
    assert [command for command in encrypted.commands if command.startswith("AUTH")][1] == "AUTH LOGIN"


def test_a_long_password_waits_for_the_challenge(authority: Authority, test_connection: Probe):
    secret = "é" * 250
    with SmtpServer(certificate=authority.issue("127.0.0.1"), users={"relay": secret}) as server:
        result = test_connection(server.port, tls=TlsMode.STARTTLS, user="relay", password=secret)
    assert result.code == Code.OK
    assert "AUTH PLAIN" in server.commands


@pytest.mark.parametrize("mechanisms", [("CRAM-MD5",), ("GSSAPI", "NTLM", "XOAUTH2")])
def test_an_unknown_mechanism_is_not_tried(authority: Authority, test_connection: Probe, mechanisms):
    certificate = authority.issue("127.0.0.1")
    with SmtpServer(certificate=certificate, users={"relay": "C!sco@123"}, mechanisms=mechanisms) as server:
        result = test_connection(server.port, tls=TlsMode.STARTTLS, user="relay", password="C!sco@123")
    assert (result.code, result.params["offered"]) == (Code.AUTH_MECH_UNSUPPORTED, ", ".join(mechanisms))
    assert not any(command.startswith("AUTH") for command in server.commands)


def test_a_server_without_ehlo_gets_helo(plain: SmtpServer, test_connection: Probe):
    plain.fail("EHLO", answer("500 5.5.1 unknown"))
    assert test_connection(plain.port).code == Code.OK
    assert plain.commands == ["EHLO ISE3-1", "HELO ISE3-1", "QUIT"]


def test_the_addresses_of_a_name_are_tried_in_their_order(plain: SmtpServer):
    addresses = ("127.0.0.2", "127.0.0.3", "127.0.0.1")
    endpoints = tuple(Endpoint(socket.AF_INET, address, plain.port) for address in addresses)
    dialed = dial(Resolution(endpoints, ()), Deadline.after(5))
    dialed.connection.close()
    port = plain.port
    refused = f"127.0.0.2:{port}=CONNECT_REFUSED, 127.0.0.3:{port}=CONNECT_REFUSED"
    assert dialed.attempts == f"{refused}, 127.0.0.1:{port}=OK"


def test_a_forbidden_address_does_not_keep_the_next_from_being_called(plain: SmtpServer):
    endpoints = tuple(Endpoint(socket.AF_INET, address, plain.port) for address in ("127.0.0.2", "127.0.0.1"))
    dialed = dial(
        Resolution(endpoints, ()),
        Deadline.after(5),
        lambda address, port: None if address == "127.0.0.1" else "LINK_LOCAL",
    )
    dialed.connection.close()
    assert dialed.attempts.startswith(f"127.0.0.2:{plain.port}=ADDRESS_NOT_ALLOWED")


def test_an_address_that_no_route_leads_to_is_unreachable(test_connection: Probe):
    everybody = "224.0.0.1"  # no system opens a TCP connection to a group of hosts
    result = test_connection(25, host=everybody)
    assert (result.code, result.stage) == (Code.CONNECT_UNREACHABLE, Stage.CONNECT)
    assert result.params["peer"] == f"{everybody}:25"
    assert result.params["detail"]


def test_a_name_server_that_never_answers_is_left_at_the_deadline():
    stop = threading.Event()

    def lookup(*_: object, **__: object) -> list[object]:
        stop.wait(20)
        return []

    started_at = time.monotonic()
    with pytest.raises(SmtpFailure) as caught:
        resolve("mail.testlab.com", 25, Deadline.after(BUDGET), lookup=lookup)
    stop.set()
    assert time.monotonic() - started_at < BUDGET + SLACK
    assert (caught.value.code, caught.value.stage) == (Code.DNS_TIMEOUT, Stage.RESOLVE)


def test_both_kinds_of_addresses_are_told():
    def lookup(*_: object, **__: object) -> list[object]:
        return [
            (socket.AF_INET6, 1, 6, "", ("fe80::1%2", 25, 0, 2)),
            (socket.AF_INET, 1, 6, "", ("10.106.32.25", 25)),
            (socket.AF_INET, 1, 6, "", ("10.106.32.25", 25)),
        ]

    found = resolve("mail.testlab.com", 25, Deadline.after(5), lookup=lookup)
    assert (found.facts["a"], found.facts["aaaa"]) == ("10.106.32.25", "fe80::1")
    assert found.endpoints[0].sockaddr == ("fe80::1", 25, 0, 2)
    assert str(found.endpoints[0]) == "[fe80::1]:25"


@pytest.mark.parametrize(
    ("answer", "params"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), {"fault": "NO_SUCH_NAME"}),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), {"fault": "SERVERS_SILENT"}),
        (UnicodeError("label too long"), {"fault": "NOT_A_NAME"}),
        ([], {"fault": "NO_ADDRESS"}),
        (OSError(24, "Too many open files"), {"detail": "[Errno 24] Too many open files"}),
    ],
)
def test_why_a_name_leads_nowhere_is_a_code_and_no_sentence(answer, params):
    def lookup(*_: object, **__: object) -> list[object]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(SmtpFailure) as caught:
        resolve("10.0.0.1", 25, Deadline.after(5), lookup=lookup)
    assert caught.value.code == Code.DNS_FAILED
    assert caught.value.params == {"text": "", "host": "10.0.0.1", "servers": "", **params}


def test_a_forbidden_address_is_not_called(plain: SmtpServer, test_connection: Probe):
    result = test_connection(plain.port, permit=lambda address, port: f"LOOPBACK {address} {port}")
    assert (result.code, result.stage) == (Code.ADDRESS_NOT_ALLOWED, Stage.CONNECT)
    assert result.params["detail"] == f"LOOPBACK 127.0.0.1 {plain.port}"
    assert plain.connections == 0


def test_a_relay_that_never_reads_the_message_is_left_at_the_deadline(encrypted: SmtpServer, trust):
    encrypted.fail("BODY", silence())
    now, server = datetime.now(UTC), ServerSettings("127.0.0.1", encrypted.port, 5, TlsMode.STARTTLS)
    session = open_session(server, trust=trust, now=now, deadline=Deadline.after(5))
    started_at = time.monotonic()
    with pytest.raises(SmtpFailure) as caught:
        session.send(
            envelope_from="ise@testlab.com",
            recipient="gita@example.net",
            message=b"Subject: x\r\n\r\n" + (b"x" * 98 + b"\r\n") * 60_000,
            deadline=Deadline.after(BUDGET),
        )
    assert time.monotonic() - started_at < BUDGET + SLACK
    assert (caught.value.kind, caught.value.stage) == (Kind.TEMPORARY, Stage.DATA)
    assert not session.is_usable
    session.abort()
