"""Bytes to and from one mail server, in clear or inside TLS, each wait cut by an absolute deadline."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass

from certificates.pki.tls import HandshakeError, TlsClient, TlsClosed
from notifications.smtp.deadline import Deadline, DeadlinePassed
from notifications.smtp.errors import Code, SmtpFailure, Stage
from notifications.smtp.protocol import TLS_ALERT_RECORD, TLS_HANDSHAKE_RECORD, Reply, ReplyReader
from notifications.smtp.resolve import Endpoint, Resolution
from notifications.smtp.transcript import decoded

Permit = Callable[[str, int], str | None]
_CHUNK_BYTES = 64 * 1024
_ALERT_SECONDS = 1.0
_UNREACHABLE = {
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EHOSTDOWN,
}
_BY_PRECEDENCE = (
    Code.CONNECT_REFUSED,
    Code.CONNECTION_RESET,
    Code.CONNECT_TIMEOUT,
    Code.CONNECT_UNREACHABLE,
    Code.ADDRESS_NOT_ALLOWED,
)


class ConnectionLost(Exception):
    """The other side closed or broke the connection."""


class PlainTextInTls(Exception):
    """The first bytes where a TLS record had to be are none; `text` quotes them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True)
class Dialed:
    """An open connection and how each address before it fared, such as "[::1]:25=CONNECT_REFUSED"."""

    connection: Connection
    attempts: str


def dial(resolution: Resolution, deadline: Deadline, permit: Permit | None = None) -> Dialed:
    """Connect to the first address that answers, in the order of the name service.

    `permit` returns None for an address that may be called, else a reason; each address gets an equal share
    of the time that is left. Raises SmtpFailure at CONNECT with the most telling of the failures.
    """
    attempts: list[tuple[Endpoint, Code, str]] = []
    for index, endpoint in enumerate(resolution.endpoints):
        reason = permit(endpoint.address, endpoint.port) if permit else None
        if reason:
            attempts.append((endpoint, Code.ADDRESS_NOT_ALLOWED, reason))
            continue
        try:
            sock = _connect(endpoint, deadline.share(len(resolution.endpoints) - index))
        except (OSError, DeadlinePassed) as problem:
            attempts.append((endpoint, _code_of(problem), str(problem)))
            continue
        return Dialed(Connection(sock, endpoint), _told([*attempts, (endpoint, Code.OK, "")]))
    endpoint, code, detail = min(attempts, key=lambda attempt: _BY_PRECEDENCE.index(attempt[1]))
    params = {"peer": str(endpoint), "detail": detail, "attempts": _told(attempts)}
    raise SmtpFailure(code, Stage.CONNECT, params=params)


class Connection:
    """One TCP connection.

    Its methods raise ConnectionLost, DeadlinePassed, ProtocolViolation and, inside TLS, HandshakeError.
    """

    def __init__(self, sock: socket.socket, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.tls: TlsClient | None = None
        self._sock = sock
        self._is_stuck = False
        self._reader = ReplyReader()

    @property
    def injected(self) -> str:
        """What came behind the last reply without being asked for, printable; "" when nothing did."""
        return self._reader.leftovers if self._reader.has_leftovers else ""

    def read_reply(self, deadline: Deadline) -> Reply:
        """Wait for one complete reply."""
        while (reply := self._reader.next_reply()) is None:
            self._reader.feed(self._receive(deadline))
        return reply

    def write(self, data: bytes, deadline: Deadline) -> None:
        """Hand all of `data` to the network; after an exception its end has not been handed over."""
        view = memoryview(data)
        for start in range(0, len(view), _CHUNK_BYTES):
            chunk = bytes(view[start : start + _CHUNK_BYTES])
            try:
                self._send(chunk if self.tls is None else self._encrypted(self.tls, chunk), deadline)
            except ConnectionLost:
                self._hear_last_alert()
                raise

    def start_tls(self, client: TlsClient, deadline: Deadline) -> None:
        """Make the TLS handshake; raises also HandshakeError (the alert has been sent) and PlainTextInTls."""
        is_first = True
        try:
            while not client.handshake():
                self._send(client.outgoing(), deadline)
                data = self._recv(deadline)
                if is_first and data and data[0] not in (TLS_ALERT_RECORD, TLS_HANDSHAKE_RECORD):
                    raise PlainTextInTls(decoded(data[:200].splitlines()[0]))
                is_first = False
                client.receive(data)
                if not data and not client.handshake():
                    raise ConnectionLost
            self._send(client.outgoing(), deadline)
        except HandshakeError:
            self._send_alert(client)
            raise
        self.tls = client
        self._reader = ReplyReader()

    def close(self) -> None:
        """End TLS and TCP without waiting for the other side."""
        if self.tls is not None and not self._is_stuck:
            self.tls.close()
            self._send_alert(self.tls)
        self._sock.close()

    def _hear_last_alert(self) -> None:
        """Raise HandshakeError if the other side said why it went away, before it was written to."""
        if self.tls is not None:
            with contextlib.suppress(ConnectionLost, DeadlinePassed, TlsClosed):
                self.tls.receive(self._recv(Deadline.after(_ALERT_SECONDS)))
                self.tls.read()

    def _encrypted(self, client: TlsClient, plain: bytes) -> bytes:
        try:
            client.send(plain)
        except TlsClosed as problem:
            raise ConnectionLost from problem
        return client.outgoing()

    def _receive(self, deadline: Deadline) -> bytes:
        if self.tls is None:
            data = self._recv(deadline)
            if not data:
                raise ConnectionLost
            return data
        is_over = False
        while True:
            try:
                plain = self.tls.read()
            except TlsClosed:
                raise ConnectionLost from None
            if plain:
                return plain
            if is_over:
                raise ConnectionLost
            self._send(self.tls.outgoing(), deadline)
            data = self._recv(deadline)
            is_over = not data
            self.tls.receive(data)

    def _recv(self, deadline: Deadline) -> bytes:
        self._sock.settimeout(deadline.remaining())
        try:
            return self._sock.recv(_CHUNK_BYTES)
        except TimeoutError:
            raise DeadlinePassed from None
        except OSError as problem:
            raise ConnectionLost from problem

    def _send(self, data: bytes, deadline: Deadline) -> None:
        view = memoryview(data)
        self._is_stuck = bool(data)
        while view:
            self._sock.settimeout(deadline.remaining())
            try:
                view = view[self._sock.send(view) :]
            except TimeoutError:
                raise DeadlinePassed from None
            except OSError as problem:
                raise ConnectionLost from problem
        self._is_stuck = False

    def _send_alert(self, client: TlsClient) -> None:
        with contextlib.suppress(ConnectionLost, DeadlinePassed, HandshakeError, TlsClosed):
            self._send(client.outgoing(), Deadline.after(_ALERT_SECONDS))


def _connect(endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(deadline.remaining())
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect(endpoint.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


def _code_of(problem: OSError | DeadlinePassed) -> Code:
    if isinstance(problem, (TimeoutError, DeadlinePassed)):
        return Code.CONNECT_TIMEOUT
    if isinstance(problem, ConnectionRefusedError):
        return Code.CONNECT_REFUSED
    return Code.CONNECT_UNREACHABLE if problem.errno in _UNREACHABLE else Code.CONNECTION_RESET


def _told(attempts: list[tuple[Endpoint, Code, str]]) -> str:
    return ", ".join(f"{endpoint}={code}" for endpoint, code, _ in attempts)
