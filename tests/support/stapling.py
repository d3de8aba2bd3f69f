"""The server's end of TLS that brings an OCSP answer along, which the standard library cannot."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from OpenSSL import SSL, crypto

from tests.support.pki import Made

NEWEST = {ssl.TLSVersion.TLSv1_2: SSL.TLS1_2_VERSION, ssl.TLSVersion.TLSv1_3: SSL.TLS1_3_VERSION}


def stapling_context(
    leaf: Made, above: Sequence[Made], staple: bytes, maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> SSL.Context:
    """A context that presents the chain with the answer; an empty answer is not sent."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_max_proto_version(NEWEST[maximum])
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.use_certificate(_as_openssl_has_it(leaf))
    context.use_privatekey(crypto.PKey.from_cryptography_key(leaf.key))
    for made in above:
        context.add_extra_chain_cert(_as_openssl_has_it(made))
    context.set_ocsp_server_callback(lambda connection, data: staple)
    return context


def _as_openssl_has_it(made: Made) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_ASN1, made.der)


class StaplingServer:
    """Wraps sockets as `ssl.SSLContext` does, so that any test server can bring an answer along."""

    def __init__(self, context: SSL.Context) -> None:
        self._context = context

    def wrap_socket(self, plain: socket.socket, server_side: bool) -> StapledSocket:
        """Make the handshake; raises ssl.SSLError."""
        assert server_side
        connection = SSL.Connection(self._context, plain)
        connection.set_accept_state()
        try:
            connection.do_handshake()
        except SSL.Error as error:
            raise ssl.SSLError(str(error)) from error
        return StapledSocket(connection, plain)


class StapledSocket:
    """As much of a socket as a test server needs."""

    def __init__(self, connection: SSL.Connection, plain: socket.socket) -> None:
        self._connection = connection
        self._plain = plain
        self.getpeername = plain.getpeername
        self.setsockopt = plain.setsockopt
        self.close = plain.close

    def sendall(self, data: bytes) -> None:
        """Encrypt and send; raises ssl.SSLError."""
        try:
            self._connection.sendall(data)
        except SSL.Error as error:
            raise ssl.SSLError(str(error)) from error

    def recv(self, size: int) -> bytes:
        """Receive and decrypt, nothing at the end; raises ssl.SSLError."""
        try:
            return self._connection.recv(size)
        except (SSL.ZeroReturnError, SSL.SysCallError):
            return b""
        except SSL.Error as error:
            raise ssl.SSLError(str(error)) from error
