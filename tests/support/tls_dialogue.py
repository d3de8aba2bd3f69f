"""Drives the TLS client over a real socket, as the SMTP connection does."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence

from certificates.pki.tls import HandshakeError, TlsClient, client_context
from certificates.pki.trust import TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from tests.support.pki import NOW, Made

HOST = "mail.testlab.com"
BOTH = frozenset({"infrastructure", "endpoints"})


def row(made: Made, *, enabled: bool = True, usages: frozenset[str] = BOTH, name: str = "") -> TrustedRow:
    return TrustedRow(made.der, name or made.certificate.subject.rfc4514_string(), enabled, usages)


def view(*rows: TrustedRow, second_gate: bool = True) -> TrustView:
    return TrustView(tuple(rows), "infrastructure", 1, second_gate)


class Dialogue:
    """One connection of the client to a server on loopback."""

    def __init__(self, port: int, trust: TrustView, *, host: str = HOST, minimum: str = "1.2") -> None:
        context = client_context(trust, now=NOW, minimum=minimum)
        self.client = TlsClient(context=context, host=host, view=trust, now=NOW)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    def flush(self) -> None:
        data = self.client.outgoing()
        if data:
            self.socket.sendall(data)

    def shake(self) -> Verdict:
        """Handshake and judge; the verdict of a failed handshake is returned like that of a refused peer."""
        try:
            while not self.client.handshake():
                self.flush()
                self.client.receive(self._received())
            self.flush()
        except HandshakeError as error:
            self.flush()
            return error.verdict
        return self.client.verify_peer()

    def read(self) -> bytes:
        while not (data := self.client.read()):
            self.client.receive(self._received())
        return data

    def _received(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except ConnectionError:
            return b""

    def end(self) -> None:
        self.client.close()
        with contextlib.suppress(OSError):
            self.flush()
        self.socket.close()


def verdict_of(port: int, rows: Sequence[TrustedRow], *, host: str = HOST) -> Verdict:
    dialogue = Dialogue(port, view(*rows), host=host)
    try:
        return dialogue.shake()
    finally:
        dialogue.end()
