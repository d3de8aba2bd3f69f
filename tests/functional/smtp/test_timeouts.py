"""The connection timeout ends the whole test, at 1, 60 and 300 seconds, on a clock that runs ahead."""

import time

import pytest

from notifications.smtp.errors import Code
from tests.functional.smtp.conftest import Probe
from tests.support.smtpd import SmtpServer, drip, endless


class FastClock:
    """Each look at the clock takes a second more, so that a long timeout passes without waiting for it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        self.ahead += 1.0
        return time.monotonic() + self.ahead


@pytest.mark.parametrize("timeout_seconds", [1, 60, 300])
@pytest.mark.parametrize("step", ["banner", "EHLO"])
def test_a_server_that_always_sends_a_little_is_left_when_the_time_is_over(
    test_connection: Probe, timeout_seconds: int, step: str
):
    clock = FastClock()
    with SmtpServer() as server:
        server.fail(step, drip(b"2" + b"x" * 4000, 0.001))
        began_at = time.monotonic()
        result = test_connection(server.port, timeout_seconds=timeout_seconds, clock=clock)
    took = time.monotonic() - began_at
    assert result.code in {Code.BANNER_TIMEOUT, Code.REPLY_TIMEOUT, Code.DNS_TIMEOUT, Code.CONNECT_TIMEOUT}
    assert result.milliseconds / 1000 <= timeout_seconds + took + 10
    assert took < 10


@pytest.mark.parametrize("timeout_seconds", [1, 60, 300])
def test_a_sound_server_is_green_at_every_timeout(test_connection: Probe, timeout_seconds: int):
    with SmtpServer() as server:
        assert test_connection(server.port, timeout_seconds=timeout_seconds).code == Code.OK


@pytest.mark.parametrize("timeout_seconds", [1, 60, 300])
def test_an_endless_answer_is_refused_long_before_the_timeout(test_connection: Probe, timeout_seconds: int):
    with SmtpServer() as server:
        server.fail("banner", endless(b"220-more\r\n" * 50))
        result = test_connection(server.port, timeout_seconds=timeout_seconds)
    assert result.code == Code.REPLY_TOO_LARGE
    assert result.milliseconds < 1000
