"""A session with a mail server: how a test and a delivery alike open one, and how mail goes through it."""

from __future__ import annotations

from datetime import datetime

from certificates.pki.trust import TrustView
from certificates.pki.verdict import Verdict
from notifications.smtp import transaction
from notifications.smtp.connection import Permit
from notifications.smtp.deadline import Deadline
from notifications.smtp.dialogue import Dialogue
from notifications.smtp.errors import Stage
from notifications.smtp.opening import Opening
from notifications.smtp.receipt import Accepted
from notifications.smtp.settings import ServerSettings
from notifications.smtp.stages import Nobody, Observer

_QUIT_SECONDS = 2.0


class SmtpSession:
    """An open session, signed in where that was asked for; use it from one thread."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    @property
    def is_usable(self) -> bool:
        """Whether another message may be sent through it."""
        return not self._dialogue.is_broken

    @property
    def peer(self) -> str:
        """The address and port of the server, such as "192.0.2.1:587" or "[2001:db8::1]:25"."""
        return str(self._dialogue.connection.endpoint)

    @property
    def tls_version(self) -> str:
        """Such as "TLSv1.3", "" on a connection in clear."""
        client = self._dialogue.connection.tls
        return (client.version or "") if client else ""

    @property
    def verdict(self) -> Verdict | None:
        """The judgement of the server's certificates, None on a connection in clear."""
        return self._dialogue.verdict

    def send(self, *, envelope_from: str, recipient: str, message: bytes, deadline: Deadline) -> Accepted:
        """Give one message to the server for one recipient; it must end its lines with CRLF.

        Raises SmtpFailure; `is_usable` says afterwards whether the session took no harm.
        """
        mail = transaction.Mail(envelope_from, recipient, message)
        return transaction.send(self._dialogue, mail, deadline)

    def quit(self, *, deadline: Deadline | None = None) -> str:
        """Say goodbye and close; return the server's last word, "" when it had none. Raises nothing."""
        self._dialogue.begin(Stage.QUIT)
        text = self._dialogue.say_goodbye(deadline or Deadline.after(_QUIT_SECONDS))
        self._dialogue.done({"text": text})
        self._dialogue.close()
        return text

    def abort(self) -> None:
        """Drop the connection without a word."""
        self._dialogue.close()


def open_session(
    server: ServerSettings,
    *,
    trust: TrustView,
    now: datetime,
    deadline: Deadline,
    observer: Observer | None = None,
    permit: Permit | None = None,
    allow_cleartext_password: bool = False,
) -> SmtpSession:
    """Resolve, connect, greet, encrypt, verify and sign in, all before `deadline`.

    `permit` may refuse an address with a reason. Without `allow_cleartext_password` no password leaves on a
    connection without TLS. Raises SmtpFailure of kind RELAY_FAULT; the connection is then closed.
    """
    opening = Opening(server, trust, now, deadline, observer or Nobody(), permit, allow_cleartext_password)
    return SmtpSession(opening.run())
