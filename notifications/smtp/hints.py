"""A second, throw-away connection that explains a failure; nothing secret is ever said on it."""

from __future__ import annotations

from certificates.pki import tls
from notifications.smtp.connection import ConnectionLost, PlainTextInTls, dial
from notifications.smtp.deadline import DeadlinePassed
from notifications.smtp.errors import SmtpFailure
from notifications.smtp.opening import Opening
from notifications.smtp.resolve import resolve


def speaks_tls(opening: Opening) -> bool:
    """Whether the port answers a TLS handshake, believed or not, before the deadline of the opening."""
    server, deadline = opening.server, opening.deadline
    try:
        connection = dial(resolve(server.host, server.port, deadline), deadline, opening.permit).connection
    except (SmtpFailure, DeadlinePassed):
        return False
    context = tls.client_context(opening.trust, now=opening.now, minimum=server.minimum_tls)
    client = tls.TlsClient(context=context, host=server.host, view=opening.trust, now=opening.now)
    try:
        connection.start_tls(client, deadline)
    except tls.HandshakeError:
        return bool(client.presented) or client.alert_received is not None
    except (ConnectionLost, PlainTextInTls, DeadlinePassed):
        return False
    finally:
        connection.close()
    return True
