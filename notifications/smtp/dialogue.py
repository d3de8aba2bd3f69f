"""Question and answer with one server: each fault becomes an SmtpFailure of the stage, each line is told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from certificates.pki.tls import HandshakeError, TlsClient
from certificates.pki.verdict import Verdict
from notifications.smtp.connection import Connection, ConnectionLost, PlainTextInTls
from notifications.smtp.deadline import Deadline, DeadlinePassed
from notifications.smtp.errors import Code, Kind, SmtpFailure, Stage
from notifications.smtp.extensions import Extensions
from notifications.smtp.protocol import ProtocolViolation, Reply
from notifications.smtp.stages import Observer
from notifications.smtp.transcript import Redactor, Speaker

_TIMEOUT_CODES = {Stage.GREETING: Code.BANNER_TIMEOUT, Stage.TLS: Code.TLS_HANDSHAKE_TIMEOUT}
_FAREWELL_SECONDS = 2.0


class Dialogue:
    """The conversation over one connection; a conversation that breaks is a failure of the present `kind`."""

    def __init__(self, connection: Connection, observer: Observer, redactor: Redactor) -> None:
        self.connection = connection
        self.extensions = Extensions()
        self.stage = Stage.CONNECT
        self.kind = Kind.RELAY_FAULT
        self.is_broken = False
        self.verdict: Verdict | None = None
        self._observer = observer
        self._redactor = redactor

    def begin(self, stage: Stage) -> None:
        """Enter a stage."""
        self.stage = stage
        self._observer.begin(stage)

    def done(self, facts: Mapping[str, str]) -> None:
        """Leave the stage with what it found out."""
        self._observer.done(self.stage, facts)

    def say(self, data: bytes, deadline: Deadline, *, shown: str | None = None) -> None:
        """Send bytes; `shown` stands in the transcript in their place."""
        told = data.decode("utf-8", "replace") if shown is None else shown
        for line in told.rstrip("\r\n").split("\r\n"):
            self._observer.said(Speaker.CLIENT, self._redactor.clean(line))
        with self._translated():
            self.connection.write(data, deadline)

    def hear(self, deadline: Deadline) -> Reply:
        """Wait for the answer and return it without secrets; a 421 leaves the connection unusable."""
        with self._translated():
            raw = self.connection.read_reply(deadline)
        reply = Reply(raw.code, tuple(self._redactor.clean(line) for line in raw.lines))
        for line in reply.wire_lines:
            self._observer.said(Speaker.SERVER, line)
        self.is_broken = self.is_broken or reply.is_farewell
        return reply

    def ask(self, data: bytes, deadline: Deadline, *, shown: str | None = None) -> Reply:
        """Send one command and wait for its answer."""
        self.say(data, deadline, shown=shown)
        return self.hear(deadline)

    def start_tls(self, client: TlsClient, deadline: Deadline, *, if_plain: Code) -> None:
        """Make the TLS handshake, with code `if_plain` when the server goes on in clear text.

        What the server said before the handshake is forgotten (RFC 3207 4.2).
        """
        with self._translated(if_plain):
            self.connection.start_tls(client, deadline)
        self.extensions = Extensions()

    def note(self, text: str) -> None:
        """Put a remark into the transcript."""
        self._observer.said(Speaker.NOTE, text)

    def failure(
        self, code: str, reply: Reply | None = None, *, kind: Kind | None = None, **params: str
    ) -> SmtpFailure:
        """Return the failure of this stage, to be raised."""
        return SmtpFailure(
            code, self.stage, kind=kind or self.kind, reply=reply.text if reply else "", params=params
        )

    def distrust(self, verdict: Verdict) -> SmtpFailure:
        """Return the failure of a refused TLS connection, to be raised; nothing may be said any more."""
        self.is_broken = True
        return SmtpFailure(verdict.code, self.stage, kind=self.kind, params=verdict.params, verdict=verdict)

    def say_goodbye(self, deadline: Deadline) -> str:
        """Send QUIT if it can still be heard; return the answer, "" when none came (RFC 5321 4.1.1.10)."""
        if not self.is_broken:
            with contextlib.suppress(SmtpFailure):
                return self.ask(b"QUIT\r\n", deadline.at_most(_FAREWELL_SECONDS)).text
        return ""

    def close(self) -> None:
        """Drop the connection."""
        self.is_broken = True
        self.connection.close()

    @contextlib.contextmanager
    def _translated(self, if_plain: Code = Code.NOT_SMTP) -> Iterator[None]:
        try:
            yield
        except DeadlinePassed as problem:
            raise self._broken(_TIMEOUT_CODES.get(self.stage, Code.REPLY_TIMEOUT)) from problem
        except ConnectionLost as problem:
            code = Code.TLS_CLOSED if self.stage is Stage.TLS else Code.CONNECTION_RESET
            raise self._broken(code) from problem
        except ProtocolViolation as problem:
            raise self._broken(problem.code, problem.text) from problem
        except PlainTextInTls as problem:
            raise self._broken(if_plain, problem.text) from problem
        except HandshakeError as problem:
            raise self.distrust(problem.verdict) from problem

    def _broken(self, code: Code, quoted: str = "") -> SmtpFailure:
        self.is_broken = True
        text = self._redactor.clean(quoted)
        if text:
            self._observer.said(Speaker.SERVER, text)
        return SmtpFailure(code, self.stage, kind=self.kind, params={"text": text})
