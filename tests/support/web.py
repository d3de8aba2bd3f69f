"""A real HTTP server on loopback that answers exactly what the test says, lies and trickles included."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.pki import Made


@dataclass(frozen=True)
class Request:
    """What the client sent; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Handler = Callable[[Request], bytes | Iterable[bytes]]


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An ordinary answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class WebServer:
    """One thread that accepts, one for each connection; each connection carries one request."""

    def __init__(self, handler: Handler, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.sent_bytes = 0
        self._handler = handler
        self._tls = tls
        self._is_over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def scheme(self) -> str:
        return "http" if self._tls is None else "https"

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def stop(self) -> None:
        self._is_over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _accept(self) -> None:
        while not self._is_over.is_set():
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(20)
        with contextlib.suppress(OSError, ssl.SSLError), contextlib.closing(plain):
            connection = plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)
            request = _read(connection)
            if request is None:
                return
            self.requests.append(request)
            answer = self._handler(request)
            for part in [answer] if isinstance(answer, bytes) else answer:
                if self._is_over.is_set():
                    return
                connection.sendall(part)
                self.sent_bytes += len(part)
            connection.close()


def _read(connection: socket.socket) -> Request | None:
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            return None
        received += data
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, path, _ = first.split(" ", 2)
    return Request(method, path, headers, body)


def tls_context(leaf: Made, folder: Path) -> ssl.SSLContext:
    """The context of a server that shows this certificate and those above it, without the root."""
    chain, key = folder / "web.pem", folder / "web.key"
    chain.write_bytes(leaf.pem + b"".join(made.pem for made in leaf.above if made.above))
    key.write_bytes(leaf.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


@contextmanager
def web_server(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Serve until the block ends."""
    running = WebServer(handler, tls)
    try:
        yield running
    finally:
        running.stop()
