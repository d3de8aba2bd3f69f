"""What can go wrong in an SMTP conversation: stages, codes and the one exception."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certificates.pki.verdict import Verdict


class Stage(StrEnum):
    """A step of the conversation, in the order of a STARTTLS session."""

    RESOLVE = "RESOLVE"
    CONNECT = "CONNECT"
    GREETING = "GREETING"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    TLS = "TLS"
    TRUST = "TRUST"
    EHLO_AGAIN = "EHLO_AGAIN"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    QUIT = "QUIT"


class Code(StrEnum):
    """Outcomes of the conversation; faults of certificates have codes of their own in `certificates.pki`."""

    OK = "OK"
    DNS_FAILED = "DNS_FAILED"
    DNS_TIMEOUT = "DNS_TIMEOUT"
    ADDRESS_NOT_ALLOWED = "ADDRESS_NOT_ALLOWED"
    CONNECT_TIMEOUT = "CONNECT_TIMEOUT"
    CONNECT_REFUSED = "CONNECT_REFUSED"
    CONNECT_UNREACHABLE = "CONNECT_UNREACHABLE"
    CONNECTION_RESET = "CONNECTION_RESET"
    BANNER_TIMEOUT = "BANNER_TIMEOUT"
    REPLY_TIMEOUT = "REPLY_TIMEOUT"
    TLS_ON_PLAIN_PORT = "TLS_ON_PLAIN_PORT"
    PLAIN_ON_TLS_PORT = "PLAIN_ON_TLS_PORT"
    NOT_SMTP = "NOT_SMTP"
    REPLY_LINE_TOO_LONG = "REPLY_LINE_TOO_LONG"
    REPLY_TOO_LARGE = "REPLY_TOO_LARGE"
    REPLY_CODES_MIXED = "REPLY_CODES_MIXED"
    REPLY_UNEXPECTED = "REPLY_UNEXPECTED"
    SERVER_BUSY = "SERVER_BUSY"
    REJECTED_AT_BANNER = "REJECTED_AT_BANNER"
    EHLO_REFUSED = "EHLO_REFUSED"
    STARTTLS_NOT_OFFERED = "STARTTLS_NOT_OFFERED"
    STARTTLS_REFUSED = "STARTTLS_REFUSED"
    STARTTLS_INJECTION = "STARTTLS_INJECTION"
    TLS_VERSION = "TLS_VERSION"
    TLS_NO_COMMON_CIPHER = "TLS_NO_COMMON_CIPHER"
    TLS_CLIENT_CERT_REQUIRED = "TLS_CLIENT_CERT_REQUIRED"
    TLS_HANDSHAKE_TIMEOUT = "TLS_HANDSHAKE_TIMEOUT"
    TLS_CLOSED = "TLS_CLOSED"
    TLS_PROTOCOL = "TLS_PROTOCOL"
    TLS_REQUIRED = "TLS_REQUIRED"
    AUTH_NOT_OFFERED = "AUTH_NOT_OFFERED"
    AUTH_MECH_UNSUPPORTED = "AUTH_MECH_UNSUPPORTED"
    AUTH_NEEDS_TLS = "AUTH_NEEDS_TLS"
    AUTH_REJECTED = "AUTH_REJECTED"
    AUTH_TEMPORARY = "AUTH_TEMPORARY"
    AUTH_PROTOCOL = "AUTH_PROTOCOL"
    AUTH_REQUIRED = "AUTH_REQUIRED"
    OAUTH_TOKEN = "OAUTH_TOKEN"  # noqa: S105 - the name of an outcome
    OAUTH_REJECTED = "OAUTH_REJECTED"
    SENDER_REFUSED = "SENDER_REFUSED"
    RECIPIENT_REFUSED = "RECIPIENT_REFUSED"
    RELAY_DENIED = "RELAY_DENIED"
    GREYLISTED = "GREYLISTED"
    SIZE_EXCEEDED = "SIZE_EXCEEDED"
    NEEDS_SMTPUTF8 = "NEEDS_SMTPUTF8"
    NEEDS_8BITMIME = "NEEDS_8BITMIME"
    ADDRESS_MALFORMED = "ADDRESS_MALFORMED"
    MESSAGE_MALFORMED = "MESSAGE_MALFORMED"
    DATA_REFUSED = "DATA_REFUSED"
    ANSWER_MISSING = "ANSWER_MISSING"
    INTERNAL = "INTERNAL"


class Kind(StrEnum):
    """Whose fault a failure is, and so what may be done with the mail."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    RELAY_FAULT = "relay_fault"
    AMBIGUOUS = "ambiguous"


class SmtpFailure(Exception):
    """The conversation ended, or one mail was not accepted.

    `code` is a `Code` or a code of `certificates.pki`. `kind` decides about the mail: TEMPORARY, try it
    again; PERMANENT, never again; RELAY_FAULT, nothing is wrong with the mail (every failure to open a
    session is one); AMBIGUOUS, the message was given away and no answer came. `reply` is the server's
    answer, made printable.
    """

    def __init__(
        self,
        code: str,
        stage: Stage,
        *,
        kind: Kind = Kind.RELAY_FAULT,
        reply: str = "",
        params: Mapping[str, str] | None = None,
        verdict: Verdict | None = None,
    ) -> None:
        super().__init__(f"{code} at {stage}" + (f": {reply}" if reply else ""))
        self.code = str(code)
        self.stage = stage
        self.kind = kind
        self.reply = reply
        self.params: Mapping[str, str] = MappingProxyType({"text": reply, **(params or {})})
        self.verdict = verdict

    @property
    def reply_code(self) -> int | None:
        """The three digits of the server's answer, None when there was none."""
        return int(self.reply[:3]) if self.reply[:3].isdigit() else None

    @property
    def enhanced(self) -> str:
        """The enhanced status code of the answer such as "5.7.3" (RFC 2034), "" when there was none."""
        first, _, _ = self.reply[4:].partition(" ")
        parts = first.split(".")
        is_status = len(parts) == 3 and all(part.isdigit() for part in parts) and parts[0] in {"2", "4", "5"}
        return first if is_status else ""
