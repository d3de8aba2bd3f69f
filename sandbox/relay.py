"""The sandbox relay: a real SMTP server with TLS and AUTH whose mails end in a folder instead of leaving.

Run as `python -m sandbox.relay`, with ISE_MAIL_DATA naming the data folder. It imports no Django.
"""

import asyncio
import email
import hmac
import logging
import os
import signal
import ssl
import sys
import time
import warnings
from email import policy
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, TLSSetupException

from sandbox.coordinates import Coordinates, read_coordinates, sandbox_folder
from sandbox.mailbox import Mailbox, Receipt, new_id

HOST_NAME = "relay.sandbox.test"
SIZE_LIMIT = 25_000_000

logger = logging.getLogger("sandbox.relay")


class Reception:
    """What the relay does with a finished envelope."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the mail, then answer with its queue id as Postfix does."""
        content = envelope.content
        message = content if isinstance(content, bytes) else (content or "").encode()
        mail_id = new_id()
        receipt = Receipt(
            id=mail_id,
            received_at=time.time(),
            peer=_peer(session),
            tls=_tls(server),
            user=_user(session),
            envelope_from=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            subject=_subject(message),
            size=len(message),
        )
        try:
            self._mailbox.store(receipt=receipt, message=message)
        except OSError as error:
            logger.error("mail refused, the disk said: %s", error)
            return "452 4.3.1 Insufficient system storage"
        logger.info("%s: from <%s>, %d bytes, kept", mail_id, receipt.envelope_from, receipt.size)
        return f"250 2.0.0 Ok: queued as {mail_id}"


def authenticator(coordinates: Coordinates) -> Any:
    """Return the check of a user name and password that aiosmtpd asks for."""

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        accepted = (
            isinstance(data, LoginPassword)
            and hmac.compare_digest(data.login, coordinates.user.encode())
            and hmac.compare_digest(data.password, coordinates.password.encode())
        )
        return AuthResult(success=accepted, handled=False, auth_data=data if accepted else None)

    return check


def server_context(folder: Path) -> ssl.SSLContext:
    """Return the relay's TLS context: its certificate with the intermediate, TLS 1.2 and later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "relay-chain.pem", folder / "relay-key.pem")
    return context


async def serve(*, data: Path, coordinates: Coordinates) -> None:
    """Listen on both ports until the task is cancelled.

    Raises OSError when a port is taken.
    """
    loop = asyncio.get_running_loop()
    folder = sandbox_folder(data)
    context = server_context(folder)
    mailbox = Mailbox(folder / "inbox")
    mailbox.prune()
    shared: dict[str, Any] = {
        "hostname": HOST_NAME,
        "ident": "ISE Mail sandbox relay",
        "data_size_limit": SIZE_LIMIT,
        "authenticator": authenticator(coordinates),
        "auth_required": True,
        "loop": loop,
    }

    def starttls_session() -> SMTP:
        return SMTP(Reception(mailbox), tls_context=context, require_starttls=True, **shared)

    def tls_session() -> SMTP:
        return SMTP(Reception(mailbox), auth_require_tls=False, **shared)

    hosts = listening_hosts(coordinates.host)
    plain = await loop.create_server(starttls_session, hosts, coordinates.starttls_port)
    wrapped = await loop.create_server(tls_session, hosts, coordinates.tls_port, ssl=context)
    logger.info("listening on %s, ports %d and %d", hosts, coordinates.starttls_port, coordinates.tls_port)
    async with plain, wrapped:
        await asyncio.Event().wait()


def listening_hosts(host: str) -> list[str]:
    """Return the addresses to listen on: with the IPv4 loopback also the IPv6 one, where there is one."""
    if host != "127.0.0.1" or not _has_ipv6_loopback():
        return [host]
    return [host, "::1"]


def refused_in_one_line(record: logging.LogRecord) -> bool:
    """Leave out where in the code a TLS handshake ended: a refused certificate is no fault."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, TLSSetupException):
        record.msg, record.args = f"{record.getMessage()}: {error.__cause__ or error}", ()
        record.exc_info = None
    return True


def main() -> None:
    """Serve the data folder's relay until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    logging.getLogger("mail.log").addFilter(refused_in_one_line)
    warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
    data = Path(os.environ["ISE_MAIL_DATA"])
    coordinates = read_coordinates(data)
    if coordinates is None:
        sys.exit("The sandbox relay has no coordinates yet: start it with ./run.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(serve(data=data, coordinates=coordinates))
    except KeyboardInterrupt:
        logger.info("stopped")


def _has_ipv6_loopback() -> bool:
    import socket

    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _subject(message: bytes) -> str:
    header = email.message_from_bytes(message, policy=policy.default).get("Subject", "")
    return " ".join(str(header).split())[:200]


def _peer(session: Session) -> str:
    return f"{session.peer[0]}:{session.peer[1]}" if isinstance(session.peer, tuple) else str(session.peer)


def _tls(server: SMTP) -> str:
    layer = server.transport.get_extra_info("ssl_object") if server.transport else None
    return str(layer.version()) if layer else ""


def _user(session: Session) -> str:
    data = session.auth_data
    return data.login.decode("utf-8", "replace") if isinstance(data, LoginPassword) else ""


if __name__ == "__main__":
    main()
