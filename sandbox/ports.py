"""Free TCP ports: found by trying them."""

import errno
import socket

WEB_PORT = 8000
SEARCHED_PORTS = 100


class PortTaken(Exception):
    """The port cannot be used; the text says why and what to do."""


def require_free(host: str, port: int) -> None:
    """Check that a port somebody asked for can be listened on.

    Raises PortTaken.
    """
    reason = _refusal(host, port)
    if reason == errno.EADDRINUSE:
        raise PortTaken(
            f"Port {port} is in use on {host}: end the program that uses it, or choose another with --port."
        )
    if reason == errno.EACCES:
        raise PortTaken(f"Port {port} needs more rights than yours: choose one above 1023 with --port.")
    if reason:
        raise PortTaken(f"{host} is no address of this machine: choose another with --host.")


def find_free(host: str, first: int, *, wanted: int | None = None) -> int:
    """Return the wanted port when it is free, else the first free one from `first` upwards.

    Raises PortTaken when none of the ports tried is free.
    """
    searched = list(range(first, first + SEARCHED_PORTS))
    for port in [wanted, *searched] if wanted else searched:
        reason = _refusal(host, port)
        if reason == 0:
            return port
        if reason not in {errno.EADDRINUSE, errno.EACCES}:
            raise PortTaken(f"{host} is no address of this machine: choose another with --host.")
    raise PortTaken(
        f"No port from {first} to {first + SEARCHED_PORTS - 1} is free on {host}: choose one with --port."
    )


def _refusal(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Ports of connections that ended a moment ago count as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return int(error.errno or errno.EADDRNOTAVAIL)
    return 0
