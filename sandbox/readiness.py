"""Asks an installation whether its pages are up, with nothing but a socket."""

import socket

ASK_SECONDS = 10.0


def answers(host: str, port: int, *, path: str) -> bool:
    """Say whether the address answers 200 (RFC 9112 section 4)."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((target, port), timeout=ASK_SECONDS) as connection:
            connection.sendall(request.encode())
            status_line = connection.makefile("rb").readline(200)
    except OSError:
        return False
    return status_line.split()[1:2] == [b"200"]
