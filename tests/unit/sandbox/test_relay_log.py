"""What the log of the sandbox relay says of a client that refuses its certificate."""

import logging
import ssl
import sys

from aiosmtpd.smtp import TLSSetupException

from sandbox.relay import refused_in_one_line


def _record(error: Exception) -> logging.LogRecord:
    try:
        raise error from ssl.SSLError(1, "alert unknown ca")
    except (TLSSetupException, ValueError):
        words = ("mail.log", logging.ERROR, "smtp.py", 1, "%r session exception", ("peer",))
        return logging.LogRecord(*words, sys.exc_info())


def test_a_refused_handshake_is_one_line_with_its_reason() -> None:
    record = _record(TLSSetupException())

    assert refused_in_one_line(record)

    line = logging.Formatter().format(record)
    assert line.startswith("'peer' session exception: ")
    assert "alert unknown ca" in line
    assert "\n" not in line


def test_a_fault_of_the_relay_keeps_its_traceback() -> None:
    record = _record(ValueError("a fault"))

    assert refused_in_one_line(record)

    assert "Traceback" in logging.Formatter().format(record)
