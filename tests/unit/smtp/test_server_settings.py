"""What follows from the settings of a server."""

import pytest

from notifications.smtp.errors import Stage
from notifications.smtp.settings import ServerSettings, TlsMode
from notifications.smtp.stages import planned_stages


def test_the_defaults_are_those_of_ise():
    server = ServerSettings("mail.testlab.com")
    assert (server.port, server.timeout_seconds, server.tls, server.user) == (25, 60, TlsMode.NONE, "")


@pytest.mark.parametrize(
    ("tls", "port", "negotiation"),
    [
        (TlsMode.AUTO, 465, TlsMode.IMPLICIT),
        (TlsMode.AUTO, 25, TlsMode.STARTTLS),
        (TlsMode.AUTO, 587, TlsMode.STARTTLS),
        (TlsMode.STARTTLS, 465, TlsMode.STARTTLS),
        (TlsMode.IMPLICIT, 25, TlsMode.IMPLICIT),
        (TlsMode.NONE, 465, TlsMode.NONE),
    ],
)
def test_automatic_is_tls_on_connect_on_465_only(tls: TlsMode, port: int, negotiation: TlsMode):
    assert ServerSettings("host", port, tls=tls).negotiation is negotiation


def test_the_password_is_not_in_the_repr():
    assert "C!sco123" not in repr(ServerSettings("host", user="relay", password="C!sco123"))


@pytest.mark.parametrize(
    ("given", "said"), [("ise3-1", "ise3-1"), ("a b", "localhost"), ("x\r\nQUIT", "localhost")]
)
def test_the_name_in_ehlo_is_a_host_name(given: str, said: str):
    assert ServerSettings("host", ehlo_name=given).greeting_name == said


def test_the_stages_follow_from_the_settings():
    plain = planned_stages(ServerSettings("host"))
    assert plain == (Stage.RESOLVE, Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.QUIT)
    implicit = planned_stages(ServerSettings("host", 465, tls=TlsMode.AUTO, user="relay"))
    assert implicit == (
        Stage.RESOLVE,
        Stage.CONNECT,
        Stage.TLS,
        Stage.TRUST,
        Stage.GREETING,
        Stage.EHLO,
        Stage.AUTH,
        Stage.QUIT,
    )
    starttls = planned_stages(ServerSettings("host", 587, tls=TlsMode.AUTO))
    assert starttls[3:8] == (Stage.EHLO, Stage.STARTTLS, Stage.TLS, Stage.TRUST, Stage.EHLO_AGAIN)
