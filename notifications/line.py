"""The line to the relay: one open session, opened when the first mail needs it and again when it broke."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from certificates import truststore
from certificates.pki.trust import TrustView
from certificates.truststore import Usage
from notifications import relay, relay_chain, relay_health
from notifications.smtp.deadline import Deadline
from notifications.smtp.errors import Kind, SmtpFailure, Stage
from notifications.smtp.receipt import Accepted
from notifications.smtp.session import SmtpSession, open_session
from notifications.smtp.settings import ServerSettings


class ServerSavedAnew(Exception):
    """The SMTP server was saved since this line was made: nothing was sent, and nothing may be said to it."""


@dataclass
class Line:
    """The way to one relay with one set of trusted certificates, which `mark` names; for one thread.

    `version` is that of the saved server, which must still be the same whenever a session is opened. `opened`
    is called whenever a session has been opened and before anything is sent through it.
    """

    server: ServerSettings
    trust: TrustView
    allow_cleartext_password: bool
    mark: str
    version: int
    peer: str = ""
    tls_version: str = ""
    opened: Callable[[], None] = field(default=lambda: None)
    _session: SmtpSession | None = None
    _accepted: int = 0

    def send(self, envelope_from: str, recipient: str, message: bytes, *, now: datetime) -> Accepted:
        """Send one mail; raises SmtpFailure and ServerSavedAnew.

        Opening a session and sending have the relay's timeout each.

        A session that has taken mail and then ends before the next one says nothing about that mail: it is
        tried once more over a new session.
        """
        try:
            return self._send(envelope_from, recipient, message, now)
        except SmtpFailure as failure:
            is_between_mails = failure.stage is Stage.MAIL and failure.kind is Kind.TEMPORARY
            if not (is_between_mails and self._accepted and not self._is_open()):
                raise
        return self._send(envelope_from, recipient, message, now)

    def close(self) -> None:
        """End the session, with a goodbye where there is still somebody to say it to."""
        if self._session is None:
            return
        if self._session.is_usable:
            self._session.quit()
        else:
            self._session.abort()
        self._session = None

    def _send(self, envelope_from: str, recipient: str, message: bytes, now: datetime) -> Accepted:
        session = self._ready(now)
        accepted = session.send(
            envelope_from=envelope_from,
            recipient=recipient,
            message=message,
            deadline=Deadline.after(self.server.timeout_seconds),
        )
        self._accepted += 1
        return accepted

    def _ready(self, now: datetime) -> SmtpSession:
        if self._session is not None and self._session.is_usable:
            return self._session
        if self._session is not None:
            self._session.abort()
        self._session, self._accepted, self.peer, self.tls_version = None, 0, "", ""
        if relay.version() != self.version:
            raise ServerSavedAnew
        self._session = open_session(
            self.server,
            trust=self.trust,
            now=now,
            deadline=Deadline.after(self.server.timeout_seconds),
            permit=relay.permit(),
            allow_cleartext_password=self.allow_cleartext_password,
        )
        self.peer, self.tls_version = self._session.peer, self._session.tls_version
        relay_chain.record(self.server, self._session.verdict, trust=self.trust, now=now)
        self.opened()
        return self._session

    def _is_open(self) -> bool:
        return self._session is not None and self._session.is_usable


def line_to_relay(*, now: datetime) -> Line | None:
    """Return a line to the relay that is set, still closed; None when none is set.

    Raises console.secrets.SecretsError when this node cannot open the relay's password.
    """
    # The version is read before the server is: a save in between is then found before anything is opened.
    saved, server = relay.current(), relay.connection_settings()
    if saved is None or server is None:
        return None
    trust = truststore.view_for(Usage.INFRASTRUCTURE, now=now)
    return Line(server, trust, saved.allow_cleartext_password, _mark(trust), saved.version)


def is_relay_left_alone(*, now: datetime) -> bool:
    """Say whether no mail can leave this node now: no relay is set, or it failed a moment ago."""
    if not relay.is_configured():
        return True
    mark = _mark(truststore.view_for(Usage.INFRASTRUCTURE, now=now))
    return relay_health.is_paused(node=settings.ISE_MAIL_NODE, mark=mark, now=now)


def _mark(trust: TrustView) -> str:
    """Name the settings and the trusted certificates that a failure at the relay belongs to."""
    return f"{relay.version()}/{trust.version}"
