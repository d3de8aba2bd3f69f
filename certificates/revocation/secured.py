"""TLS for lists and answers that lie at https addresses: our own trust store decides, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from certificates import view_cache
from certificates.chains.seen import record_verified
from certificates.lookup import DatabaseLookup
from certificates.pki.tls import HandshakeError, TlsClient, TlsClosed, client_context
from certificates.pki.trust import TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from certificates.usages import Usage
from console.outbound import Channel, Deadline, Fault, FetchFailed, Secure


class SeenAs(NamedTuple):
    """What a verified connection is written down as: its purpose, and the address that was asked."""

    purpose: str
    endpoint: str


def secure_for(*, now: datetime, compare_name: bool = True, seen_as: SeenAs | None = None) -> Secure:
    """Return the TLS step of the outbound client: anchors are what is trusted within ISE at `now`.

    With `seen_as`, an accepted chain is written down, so that the trust store knows who relies on it.
    The chain is always verified; without `compare_name` the host need not be named in the certificate. The
    server's certificate is not itself checked for revocation: the list that would say so may be the one that
    is being fetched (RFC 5280 section 4.2.1.13 warns of the circle).
    """

    def secure(plain: Channel, host: str, deadline: Deadline) -> Channel:
        view = _view()
        context = client_context(view, now=now)
        client = TlsClient(context=context, host=host, view=view, now=now, compare_name=compare_name)
        channel = TlsChannel(plain, client, host)
        verdict = channel.shake(deadline)
        if seen_as is not None:
            record_verified(
                purpose=seen_as.purpose,
                endpoint=seen_as.endpoint,
                host=host if compare_name else "",
                verdict=verdict,
                view=view,
                node=settings.ISE_MAIL_NODE,
                now=now,
            )
        return channel

    return secure


class TlsChannel:
    """A TLS connection inside another channel."""

    def __init__(self, plain: Channel, client: TlsClient, host: str) -> None:
        self._plain = plain
        self._client = client
        self._host = host

    def shake(self, deadline: Deadline) -> Verdict:
        """Make the handshake and judge the server; raises FetchFailed with TLS_NOT_TRUSTED."""
        try:
            while not self._client.handshake():
                self._flush(deadline)
                self._client.receive(self._plain.receive(deadline))
            self._flush(deadline)
        except HandshakeError as error:
            self._say_goodbye(deadline)
            raise self._not_trusted(error.verdict) from error
        verdict = self._client.verify_peer()
        if not verdict.is_ok:
            self._client.close()
            self._say_goodbye(deadline)
            raise self._not_trusted(verdict)
        return verdict

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Encrypt and hand over all of the bytes."""
        try:
            self._client.send(data)
        except TlsClosed as error:
            raise ConnectionResetError from error
        self._flush(deadline)

    def receive(self, deadline: Deadline) -> bytes:
        """Wait for decrypted bytes; none mean that no more will come."""
        while True:
            try:
                plain = self._client.read()
            except TlsClosed:
                return b""
            except HandshakeError as error:
                raise self._not_trusted(error.verdict) from error
            if plain:
                return plain
            self._flush(deadline)
            self._client.receive(self._plain.receive(deadline))

    def close(self) -> None:
        """Close the connection underneath."""
        self._plain.close()

    def _flush(self, deadline: Deadline) -> None:
        data = self._client.outgoing()
        if data:
            self._plain.send(data, deadline)

    def _say_goodbye(self, deadline: Deadline) -> None:
        """Let the server know why: its log then shows the alert."""
        with suppress(OSError):
            self._flush(deadline)

    def _not_trusted(self, verdict: Verdict) -> FetchFailed:
        params = {**verdict.params, "host": self._host, "fault": verdict.code}
        return FetchFailed(Fault.TLS_NOT_TRUSTED, **params)


class _PlainLookup(DatabaseLookup):
    """The store's other rows, without their rules of revocation."""

    def named(self, subject_key: str) -> Sequence[TrustedRow]:
        return [_without_rules(row) for row in super().named(subject_key)]

    def holding(self, sha256: str) -> TrustedRow | None:
        row = super().holding(sha256)
        return None if row is None else _without_rules(row)


def _view() -> TrustView:
    number, rows = view_cache.rows(Usage.INFRASTRUCTURE)
    return TrustView(
        tuple(map(_without_rules, rows)),
        Usage.INFRASTRUCTURE.value,
        number,
        second_gate=settings.ISE_MAIL_SECOND_GATE,
        lookup=_PlainLookup(),
    )


def _without_rules(row: TrustedRow) -> TrustedRow:
    """The row itself where it has no rules: what was read of its certificate is kept with it."""
    return row if row.ocsp is None and row.crl is None else replace(row, ocsp=None, crl=None)
