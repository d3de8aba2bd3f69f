"""What each outcome of the SMTP dialogue means: ISE's headline, the exit code, the cause and the remedy.

Faults of certificates have their cause and remedy in `certificates.words` and carry the SSL headline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates import words as trust_words
from console.egress_words import REFUSALS
from notifications import stage_words
from notifications.smtp.errors import Code, Stage
from notifications.smtp.resolve import DnsFault

NODE_SILENT: Final = "NODE_SILENT"
SECRET_UNREADABLE: Final = "SECRET_UNREADABLE"  # noqa: S105 - the name of an outcome

SUCCESS: Final = _("Successfully connected to SMTP server")
SSL: Final = _("Could not connect to SMTP server, SSL error. Please check the trusted certificates")
SIGN_IN: Final = _(
    "Authentication failure: could not connect to SMTP server, user name or password is incorrect"
)
CONNECTION: Final = _("Connection to SMTP server failed")

DNS_FAULTS: Final[Mapping[str, Promise]] = {
    DnsFault.NO_SUCH_NAME: _("there is no such name"),
    DnsFault.NO_ADDRESS: _("the name has no address"),
    DnsFault.SERVERS_SILENT: _("the DNS servers gave no answer"),
    DnsFault.SERVERS_FAILED: _("the DNS servers failed"),
    DnsFault.NOT_A_NAME: _("this cannot be a host name"),
}

EXIT_BY_STAGE: Final = {
    Stage.RESOLVE: 10,
    Stage.CONNECT: 20,
    Stage.GREETING: 21,
    Stage.EHLO: 21,
    Stage.EHLO_AGAIN: 21,
    Stage.STARTTLS: 30,
    Stage.TLS: 30,
    Stage.TRUST: 31,
    Stage.AUTH: 40,
    Stage.MAIL: 50,
    Stage.RCPT: 50,
    Stage.DATA: 50,
    Stage.QUIT: 50,
}


class Row(NamedTuple):
    """One outcome; without `exit_code` the stage decides."""

    headline: Promise
    exit_code: int | None
    cause: Promise
    remedy: Promise


@dataclass(frozen=True)
class Words:
    """What to tell about an outcome, in the language of the reader."""

    headline: str
    cause: str
    remedy: str


def text_of(code: str, params: Mapping[str, str]) -> Words:
    """Return the words for a code of the dialogue or of the trust store, with the parameters filled in."""
    row = TABLE.get(code)
    if row is None:
        told = trust_words.text_of(code, params)
        return Words(str(SSL), told.cause, told.remedy)
    known = _Known(_readable(params))
    return Words(str(row.headline), str(row.cause).format_map(known), str(row.remedy).format_map(known))


def exit_code(code: str, stage: str | None) -> int:
    """Return the documented exit code of a test: 0 for OK, 31 for a fault of trust."""
    row = TABLE.get(code)
    if row is None:
        return 31
    if row.exit_code is not None:
        return row.exit_code
    return EXIT_BY_STAGE[Stage(stage)] if stage else 20


def _readable(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters with the name of the stage, and the reason of DNS or of the outbound gate in words."""
    values = dict(params)
    if params.get("step") in stage_words.NAMES:
        values["step"] = stage_words.name_of(params["step"])
    detail = DNS_FAULTS.get(params.get("fault", "")) or REFUSALS.get(params.get("detail", ""))
    return values | {"detail": str(detail)} if detail else values


_NO_TEXT: Final = _("no text")


class _Known(dict[str, str]):
    """Parameters for str.format_map; one that is unknown or empty reads as a dash."""

    def __getitem__(self, key: str) -> str:
        return super().get(key) or (str(_NO_TEXT) if key == "text" else "–")


_SEE_SERVER_LOG: Final = _("Look into the log of the mail server.")
_RAISE_TIMEOUT: Final = _("Look at the load of the server, or raise the connection timeout.")
_WRONG_SERVICE: Final = _(
    "Check the port. Another service, or a proxy that inspects mail, may stand in between."
)
_ASK_RECIPIENT: Final = _("Check the address of the recipient.")

TABLE: Final[Mapping[str, Row]] = {
    Code.OK: Row(SUCCESS, 0, _("Every stage succeeded."), _("Nothing is to be done.")),
    NODE_SILENT: Row(
        CONNECTION,
        60,
        _("No worker on node {node} took up the test within {seconds} s."),
        _("Start the worker of that node: until it runs, the node sends none of its mail."),
    ),
    SECRET_UNREADABLE: Row(
        CONNECTION,
        60,
        _("Node {node} could not open the sealed password."),
        _("Give all nodes the same key ring."),
    ),
    Code.DNS_FAILED: Row(
        CONNECTION,
        None,
        _("The name {host} could not be resolved ({detail})."),
        _("Check the host name and the DNS servers of this node: {servers}."),
    ),
    Code.DNS_TIMEOUT: Row(
        CONNECTION,
        None,
        _("The DNS servers did not answer for {host} within {seconds} s."),
        _("Check that this node reaches its DNS servers: {servers}."),
    ),
    Code.ADDRESS_NOT_ALLOWED: Row(
        CONNECTION,
        None,
        _("This node does not call {peer} from the console ({detail})."),
        _("Use a mail server on port 25, 465, 587 or 2525, or have the operator allow this address."),
    ),
    Code.CONNECT_TIMEOUT: Row(
        CONNECTION,
        None,
        _("No answer from {host} on port {port} within {seconds} s."),
        _("Check the port, the firewall between this node and the server, and that the server runs."),
    ),
    Code.CONNECT_REFUSED: Row(
        CONNECTION,
        None,
        _("{host} refuses connections on port {port}."),
        _("Check the port; the service may be stopped."),
    ),
    Code.CONNECT_UNREACHABLE: Row(
        CONNECTION,
        None,
        _("There is no way from this node to {peer} ({detail})."),
        _("Check the address and the routes of this node."),
    ),
    Code.CONNECTION_RESET: Row(
        CONNECTION,
        None,
        _("The server broke the connection at the stage “{step}”."),
        _("Look into the log of the mail server; it may list which addresses may connect."),
    ),
    Code.BANNER_TIMEOUT: Row(
        CONNECTION,
        None,
        _("Connected, but the server sent no greeting within the time allowed."),
        _RAISE_TIMEOUT,
    ),
    Code.REPLY_TIMEOUT: Row(
        CONNECTION,
        None,
        _("The server did not answer in time at the stage “{step}”; the whole takes at most {seconds} s."),
        _RAISE_TIMEOUT,
    ),
    Code.TLS_ON_PLAIN_PORT: Row(
        SSL,
        30,
        _("Port {port} speaks TLS from the first byte."),
        _("Choose “TLS on connect”; it is usual on port 465."),
    ),
    Code.PLAIN_ON_TLS_PORT: Row(
        SSL,
        30,
        _("Port {port} answered in clear text: “{text}”"),
        _("Choose STARTTLS; it is usual on ports 587 and 25."),
    ),
    Code.NOT_SMTP: Row(CONNECTION, None, _("The answer is not SMTP: “{text}”"), _WRONG_SERVICE),
    Code.REPLY_LINE_TOO_LONG: Row(
        CONNECTION, None, _("The server sent a line without an end: “{text}”"), _WRONG_SERVICE
    ),
    Code.REPLY_TOO_LARGE: Row(
        CONNECTION, None, _("The server sent an answer without an end: “{text}”"), _WRONG_SERVICE
    ),
    Code.REPLY_CODES_MIXED: Row(
        CONNECTION, None, _("The lines of one answer carry different codes: “{text}”"), _WRONG_SERVICE
    ),
    Code.REPLY_UNEXPECTED: Row(
        CONNECTION, None, _("The answer does not belong to the question: “{text}”"), _SEE_SERVER_LOG
    ),
    Code.SERVER_BUSY: Row(
        CONNECTION, None, _("The server is unavailable for now: “{text}”"), _("Try again later.")
    ),
    Code.REJECTED_AT_BANNER: Row(
        CONNECTION,
        None,
        _("The server turns this node away: “{text}”"),
        _("Allow the address of this node on the mail server."),
    ),
    Code.EHLO_REFUSED: Row(
        CONNECTION,
        None,
        _("The server refused the introduction of this node: “{text}”"),
        _("Check the name that this node says in EHLO."),
    ),
    Code.STARTTLS_NOT_OFFERED: Row(
        SSL,
        30,
        _("The server does not offer STARTTLS. Encryption is required, so nothing else was sent."),
        _("Enable TLS on the server, or choose another port."),
    ),
    Code.STARTTLS_REFUSED: Row(
        SSL,
        30,
        _("The server offers STARTTLS but refused it: “{text}”"),
        _("Check the TLS settings and the certificate of the server."),
    ),
    Code.STARTTLS_INJECTION: Row(
        SSL,
        30,
        _("Clear text arrived after STARTTLS was agreed, so the connection was dropped."),
        _("Look for a proxy or firewall that inspects SMTP; it may also be an attack."),
    ),
    Code.TLS_VERSION: Row(
        SSL,
        30,
        _("The server does not speak the TLS version that is required here."),
        _("Upgrade the server, or lower the minimum TLS version; 1.2 is the least that is accepted."),
    ),
    Code.TLS_NO_COMMON_CIPHER: Row(
        SSL,
        30,
        _("The server and this node have no encryption method in common."),
        _("Check the cipher settings of the server."),
    ),
    Code.TLS_CLIENT_CERT_REQUIRED: Row(
        SSL,
        30,
        _("The server demands a certificate of this node."),
        _("Switch the demand for client certificates off on this port of the server."),
    ),
    Code.TLS_HANDSHAKE_TIMEOUT: Row(
        SSL, 30, _("The server fell silent during the TLS handshake."), _SEE_SERVER_LOG
    ),
    Code.TLS_CLOSED: Row(
        SSL, 30, _("The server ended the connection during the TLS handshake."), _SEE_SERVER_LOG
    ),
    Code.TLS_PROTOCOL: Row(
        SSL, 30, _("The TLS handshake failed ({detail})."), _("Check that this port speaks TLS.")
    ),
    Code.TLS_REQUIRED: Row(
        SSL,
        30,
        _("The server wants TLS first: “{text}”"),
        _("Switch on “Use TLS/SSL encryption”."),
    ),
    Code.AUTH_NOT_OFFERED: Row(
        CONNECTION,
        40,
        _("The server offers no sign-in on this connection."),
        _(
            "Switch TLS on if it is off: many servers offer it only then. Else use another port, or no "
            "password."
        ),
    ),
    Code.AUTH_MECH_UNSUPPORTED: Row(
        CONNECTION,
        40,
        _("The server offers {offered} to sign in; this node knows {wanted}."),
        _("Enable one that this node knows on the server."),
    ),
    Code.AUTH_NEEDS_TLS: Row(
        CONNECTION,
        40,
        _("The connection is not encrypted, so the password was not sent."),
        _("Switch TLS on, or confirm that the password may travel in clear."),
    ),
    Code.AUTH_REJECTED: Row(
        SIGN_IN,
        40,
        _("The server refused user name or password of {user}: “{text}”"),
        _("Check both on the server; some providers want a password made for this use alone."),
    ),
    Code.AUTH_TEMPORARY: Row(
        CONNECTION, 40, _("Signing in is not possible for now: “{text}”"), _("Try again later.")
    ),
    Code.AUTH_PROTOCOL: Row(
        CONNECTION, 40, _("The server broke the rules of signing in: “{text}”"), _SEE_SERVER_LOG
    ),
    Code.AUTH_REQUIRED: Row(
        CONNECTION,
        50,
        _("The server takes mail only after signing in: “{text}”"),
        _("Switch on “Use password authentication”."),
    ),
    Code.OAUTH_TOKEN: Row(
        CONNECTION,
        40,
        _("No access token could be had: {detail}."),
        _("Check the client, its secret and its consent."),
    ),
    Code.OAUTH_REJECTED: Row(
        SIGN_IN,
        40,
        _("The server refused the access token: “{text}”"),
        _("Check the permissions of the application for this mailbox."),
    ),
    Code.SENDER_REFUSED: Row(
        CONNECTION,
        50,
        _("The server refused the sender: “{text}”"),
        _("Check the From address, and whether this account may send as it."),
    ),
    Code.RECIPIENT_REFUSED: Row(
        CONNECTION, 50, _("The server refused the recipient: “{text}”"), _ASK_RECIPIENT
    ),
    Code.RELAY_DENIED: Row(
        CONNECTION,
        50,
        _("The server does not pass mail on for this node: “{text}”"),
        _("Allow this node to relay, or sign in."),
    ),
    Code.GREYLISTED: Row(
        CONNECTION,
        50,
        _("The server asks to come back later: “{text}”"),
        _("Nothing is to be done: it is tried again."),
    ),
    Code.SIZE_EXCEEDED: Row(
        CONNECTION,
        50,
        _("The message is larger than the server takes: “{text}”"),
        _("Use a smaller logo, or raise the limit of the server."),
    ),
    Code.NEEDS_SMTPUTF8: Row(
        CONNECTION,
        50,
        _("The address has letters that the server cannot take (no SMTPUTF8)."),
        _("Use an address in plain letters."),
    ),
    Code.NEEDS_8BITMIME: Row(
        CONNECTION, 50, _("The message needs 8BITMIME, which the server lacks."), _SEE_SERVER_LOG
    ),
    Code.ADDRESS_MALFORMED: Row(CONNECTION, 50, _("The address cannot be sent to."), _ASK_RECIPIENT),
    Code.MESSAGE_MALFORMED: Row(
        CONNECTION,
        50,
        _("The message is not fit to be sent ({detail})."),
        _("Look into the log of this node."),
    ),
    Code.DATA_REFUSED: Row(CONNECTION, 50, _("The server refused the message: “{text}”"), _SEE_SERVER_LOG),
    Code.ANSWER_MISSING: Row(
        CONNECTION,
        50,
        _("The server took the whole message and then gave no answer: it may have arrived, or not."),
        _SEE_SERVER_LOG,
    ),
    Code.INTERNAL: Row(
        CONNECTION,
        70,
        _("An unexpected error occurred ({detail})."),
        _("Look into the log of this node."),
    ),
}
