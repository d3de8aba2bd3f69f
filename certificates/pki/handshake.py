"""What OpenSSL tells of one handshake while it happens: the first certificate error and the alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL, crypto

from certificates.pki.refusal import Refusal


@dataclass
class Record:
    """What the callbacks of one connection saw; it hangs on the connection as its application data."""

    refusal: Refusal | None = None
    alert_sent: int | None = None
    alert_received: int | None = None
    certificate_was_requested: bool = False
    staple: bytes = b""


def on_verify(connection: SSL.Connection, certificate: crypto.X509, error: int, depth: int, ok: int) -> bool:
    """Note the first error and let the handshake fail.

    No policy of our own stands here: a refusal that OpenSSL did not ask for would send alert 80.
    """
    record = connection.get_app_data()
    if not ok and isinstance(record, Record) and record.refusal is None:
        record.refusal = Refusal(error, depth, der_of(certificate))
    return bool(ok)


def on_info(connection: SSL.Connection, where: int, value: int) -> None:
    """Note fatal alerts in both directions, and that the server asked for a client certificate."""
    record = connection.get_app_data()
    if not isinstance(record, Record):
        return
    number = value & 255
    if where & SSL.SSL_CB_ALERT and number != 0:
        if where & SSL.SSL_CB_WRITE:
            record.alert_sent = number
        else:
            record.alert_received = number
    elif where & SSL.SSL_CB_LOOP and b"certificate request" in connection.get_state_string().lower():
        record.certificate_was_requested = True


def on_staple(connection: SSL.Connection, answer: bytes, _data: object) -> bool:
    """Keep the OCSP answer that came along; it is judged after the handshake, like all of revocation."""
    record = connection.get_app_data()
    if isinstance(record, Record):
        record.staple = answer
    return True


def der_of(certificate: crypto.X509) -> bytes:
    """The bytes of a certificate as OpenSSL holds it."""
    return crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)


def reasons_of(error: SSL.Error) -> list[tuple[str, str, str]]:
    """OpenSSL's error queue: rows of (library, function, reason)."""
    rows: Any = error.args[0] if error.args else ()
    return [tuple(row) for row in rows if len(row) == 3] if isinstance(rows, list) else []
