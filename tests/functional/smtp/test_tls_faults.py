"""Faults of TLS itself, before any certificate is believed, as a connection test names them."""

from __future__ import annotations

import ssl

import pytest

from notifications import words
from notifications.smtp.errors import Code, Stage
from notifications.smtp.settings import TlsMode
from tests.functional.smtp.conftest import Probe
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer, answer, raw, reset, silence

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
MODES = (TlsMode.STARTTLS, TlsMode.IMPLICIT)
OLD, NEW, NEWEST = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
NO_CIPHER = "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("newest", "ciphers", "demands", "minimum", "code"),
    [
        (OLD, "", False, "1.2", Code.TLS_VERSION),
        (NEW, "", False, "1.3", Code.TLS_VERSION),
        (NEW, NO_CIPHER, False, "1.2", Code.TLS_NO_COMMON_CIPHER),
        (NEW, "", True, "1.2", Code.TLS_CLIENT_CERT_REQUIRED),
        (NEWEST, "", True, "1.2", Code.TLS_CLIENT_CERT_REQUIRED),
    ],
    ids=["TLS 1.0 only", "TLS 1.2 where 1.3 is asked", "no cipher", "demand in 1.2", "demand in 1.3"],
)
def test_a_server_that_cannot_agree_is_named_with_the_ssl_sentence(
    mode: TlsMode,
    newest: ssl.TLSVersion,
    ciphers: str,
    demands: bool,
    minimum: str,
    code: Code,
    authority: Authority,
    test_connection: Probe,
) -> None:
    context = authority.issue("127.0.0.1").context()
    context.minimum_version = min(newest, NEW)
    context.maximum_version = newest
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    if demands:
        context.load_verify_locations(cadata=authority.pem.decode())
        context.verify_mode = ssl.CERT_REQUIRED
    with SmtpServer(context=context, implicit_tls=mode is TlsMode.IMPLICIT) as server:
        result = test_connection(server.port, tls=mode, minimum_tls=minimum)
    assert result.code == code
    told = words.text_of(result.code, result.params)
    assert told.headline.startswith("Could not connect to SMTP server, SSL")
    assert words.exit_code(result.code, result.stage) == 30


@pytest.mark.parametrize(
    ("action", "code"), [(silence(), Code.TLS_HANDSHAKE_TIMEOUT), (reset(), Code.TLS_CLOSED)]
)
def test_a_server_that_stops_in_tls_on_connect_is_named(
    action: object, code: Code, authority: Authority, test_connection: Probe
) -> None:
    with SmtpServer(certificate=authority.issue("127.0.0.1"), implicit_tls=True) as server:
        server.fail("TLS", action)
        result = test_connection(server.port, tls=TlsMode.IMPLICIT, timeout_seconds=1)
    assert (result.code, result.stage) == (code, Stage.TLS)


def test_what_is_no_tls_is_named_with_what_openssl_says(authority: Authority, test_connection: Probe) -> None:
    with SmtpServer(certificate=authority.issue("127.0.0.1"), implicit_tls=True) as server:
        server.fail("TLS", raw(b"\x16\x03\x03\x00\x04\xff\xff\xff\xff"))
        result = test_connection(server.port, tls=TlsMode.IMPLICIT, timeout_seconds=2)
    assert (result.code, result.stage) == (Code.TLS_PROTOCOL, Stage.TLS)


def test_a_server_that_refuses_the_introduction_is_named(test_connection: Probe) -> None:
    with SmtpServer(users={"relay": "C!sco@123"}) as server:
        server.fail("EHLO", answer("550 5.7.1 not you"))
        result = test_connection(
            server.port, user="relay", password="C!sco@123", allow_cleartext_password=True
        )
    assert (result.code, result.stage) == (Code.EHLO_REFUSED, Stage.EHLO)
