"""A TLS client over memory buffers that trusts the given rows alone and verifies inside the handshake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from OpenSSL import SSL

from certificates.pki import alerts, border, engine, gates, hostname, path
from certificates.pki.asked import Asked
from certificates.pki.handshake import Record, der_of, on_info, on_staple, on_verify, reasons_of
from certificates.pki.openssl import CHAIN_FLAGS
from certificates.pki.trust import TrustView
from certificates.pki.verdict import Verdict, chain_certificate

CIPHERS: Final = b"DEFAULT:@SECLEVEL=2"
MINIMUM_VERSIONS: Final = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
READ_SIZE: Final = 65536
STATUS_SECONDS: Final = 10.0


class HandshakeError(Exception):
    """TLS cannot go on; `verdict` says why, and `outgoing()` now holds the alert for the server."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.verdict = verdict


class TlsClosed(Exception):
    """The peer has ended the TLS connection, or its bytes have ended without saying so."""


def client_context(view: TrustView, *, now: datetime, minimum: str = "1.2") -> SSL.Context:
    """Build a context whose only anchors are those of the view at `now`: an empty view trusts nobody.

    `minimum` is the lowest TLS version, "1.2" or "1.3". The system's authorities are never loaded. Build it
    for a connection and keep it no longer than the store's version lasts.
    """
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(MINIMUM_VERSIONS[minimum])
    context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
    context.set_cipher_list(CIPHERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    store = context.get_cert_store()
    assert store is not None
    for row in view.anchors(now):
        if row.anchor is not None:
            store.add_cert(row.anchor)
    store.set_flags(CHAIN_FLAGS)
    engine.leave_common_name_alone(context)
    store.set_time(now.astimezone(UTC))
    context.set_verify(SSL.VERIFY_PEER, on_verify)
    context.set_info_callback(on_info)
    context.set_ocsp_client_callback(on_staple)
    return context


class TlsClient:
    """One TLS connection without a socket: the caller moves the bytes and owns the deadline.

    Without `compare_name` the host is asked for by its name, and the names in its certificate do not count.
    """

    def __init__(
        self,
        *,
        context: SSL.Context,
        host: str,
        view: TrustView,
        now: datetime,
        compare_name: bool = True,
    ) -> None:
        self._asked = Asked(host=host if compare_name else "", view=view, now=now)
        self._record = Record()
        self._is_at_end = False
        self._connection = SSL.Connection(context, None)
        self._connection.set_app_data(self._record)
        self._connection.set_connect_state()
        self._connection.request_ocsp()
        name = hostname.ascii_host(host)
        if hostname.is_host_name(name):
            self._connection.set_tlsext_host_name(name.encode("ascii"))

    @property
    def version(self) -> str:
        """The negotiated version, such as `TLSv1.3`."""
        return self._connection.get_protocol_version_name()

    @property
    def cipher(self) -> str:
        """The negotiated cipher suite, or nothing before there is one."""
        return self._connection.get_cipher_name() or ""

    @property
    def alert_sent(self) -> int | None:
        """The fatal alert that was sent to the server."""
        return self._record.alert_sent

    @property
    def alert_received(self) -> int | None:
        """The fatal alert that the server sent."""
        return self._record.alert_received

    @property
    def presented(self) -> tuple[bytes, ...]:
        """The certificates that the server sent, its own first, in DER; also after a failed handshake."""
        chain = self._connection.get_peer_cert_chain() or ()
        return tuple(der_of(certificate) for certificate in chain)

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer; no bytes mean that it will send no more."""
        if data:
            self._connection.bio_write(data)
        else:
            self._is_at_end = True

    def outgoing(self) -> bytes:
        """Return what has to go to the peer now; flush it also after an exception, it may hold an alert."""
        parts = []
        while True:
            try:
                parts.append(self._connection.bio_read(READ_SIZE))
            except SSL.WantReadError:
                return b"".join(parts)

    def handshake(self) -> bool:
        """Go on with the handshake: True when it is done, False when it needs more from the peer.

        Raises HandshakeError with the explained reason, a chain that is not trusted included.
        """
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            if self._is_at_end:
                raise HandshakeError(self._verdict("TLS_CLOSED")) from None
            return False
        except SSL.Error as error:
            raise HandshakeError(self._explain(error)) from error
        return True

    def verify_peer(self, *, seconds: float = STATUS_SECONDS) -> Verdict:
        """Judge what the handshake does not: the host name, the second verifier, revocation.

        Call it before any other byte. The verdict is `OK` or the reason to close; its findings hold warnings.
        Responders, where a row demands that they are asked, have `seconds` together.
        """
        presented = self.presented
        if not presented:
            return self._verdict("CERT_UNREADABLE")
        asked = self._with_status(seconds)
        judge = partial(gates.judge, presented, asked=asked, staple=self._record.staple)
        return border.decided(presented, lambda: judge(self._verified()))

    def send(self, plain: bytes) -> None:
        """Encrypt bytes for the peer; `outgoing()` then holds them. Raises TlsClosed after the end."""
        if not plain:
            return
        try:
            self._connection.sendall(plain)
        except SSL.Error as error:
            raise TlsClosed from error

    def read(self) -> bytes:
        """Return all that is decrypted by now, nothing when more bytes are needed.

        Raises TlsClosed at the end of the connection, HandshakeError when the server ends it by an alert:
        with TLS 1.3 a demand for a client certificate shows here only.
        """
        parts: list[bytes] = []
        while True:
            try:
                parts.append(self._connection.recv(READ_SIZE))
            except SSL.WantReadError:
                break
            except (SSL.ZeroReturnError, SSL.SysCallError) as error:
                return self._ended(parts, TlsClosed(), error)
            except SSL.Error as error:
                verdict = self._explain(error)
                is_end = verdict.code == "TLS_CLOSED" and self.alert_received is None
                return self._ended(parts, TlsClosed() if is_end else HandshakeError(verdict), error)
        if not parts and self._is_at_end:
            raise TlsClosed
        return b"".join(parts)

    def close(self) -> None:
        """Queue a close_notify for the peer, unless the connection can no longer carry one."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            return

    def _ended(self, parts: list[bytes], ending: Exception, cause: Exception) -> bytes:
        """Hand out what was decrypted before the end; the end itself is told by the next read."""
        if parts:
            return b"".join(parts)
        raise ending from cause

    def _verified(self) -> tuple[bytes, ...]:
        chain = self._connection.get_verified_chain() or ()
        return tuple(der_of(certificate) for certificate in chain)

    def _with_status(self, seconds: float) -> Asked:
        ask = self._asked.view.ask_within
        return self._asked if ask is None else replace(self._asked, status=ask(seconds))

    def _explain(self, error: SSL.Error) -> Verdict:
        record = self._record
        if record.refusal is not None:
            explain = partial(path.explain, record.refusal, presented=self.presented, asked=self._asked)
            return border.decided(self.presented, explain)
        if record.alert_received is not None:
            requested = record.certificate_was_requested
            return self._verdict(
                alerts.code_of_received(record.alert_received, certificate_was_requested=requested)
            )
        if isinstance(error, SSL.SysCallError | SSL.ZeroReturnError):
            return self._verdict("TLS_CLOSED")
        reasons = reasons_of(error)
        return self._verdict(alerts.code_of_reasons(reasons), detail="; ".join(row[2] for row in reasons))

    def _verdict(self, code: str, **params: str) -> Verdict:
        for name, number in (("alert_sent", self.alert_sent), ("alert_received", self.alert_received)):
            if number is not None:
                params[name] = f"{number} ({alerts.name_of(number)})"
        return Verdict(
            code, params, chain=tuple(chain_certificate(der, "presented") for der in self.presented)
        )
