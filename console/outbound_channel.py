"""Bytes to and from one server, each wait cut by one absolute deadline."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from console.outbound_faults import Fault, FetchFailed

CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Deadline:
    """The end of all waiting, on a monotonic clock; `seconds` is what was granted at the start."""

    seconds: float
    ends_at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The moment `seconds` from now."""
        return cls(seconds, time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds that are left, more than zero; raises TimeoutError when none are."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Channel(Protocol):
    """A connection whose reads and writes raise OSError, TimeoutError among them."""

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Hand all of the bytes over."""

    def receive(self, deadline: Deadline) -> bytes:
        """Wait for some bytes; none mean that no more will come."""

    def close(self) -> None:
        """End the connection without waiting."""


Secure = Callable[[Channel, str, Deadline], Channel]
"""Makes a TLS connection to a host inside a plain one; raises FetchFailed with TLS_NOT_TRUSTED."""


@dataclass(frozen=True)
class Endpoint:
    """One address that a name resolved to and that the gate lets through."""

    family: int
    address: str
    port: int
    scope: int = 0


class PlainChannel:
    """TCP to one address."""

    def __init__(self, endpoint: Endpoint, deadline: Deadline) -> None:
        self._socket = socket.socket(endpoint.family, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(deadline.remaining())
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.connect(_sockaddr(endpoint))
        except BaseException:
            self._socket.close()
            raise

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Hand all of the bytes to the network."""
        view = memoryview(data)
        while view:
            self._socket.settimeout(deadline.remaining())
            view = view[self._socket.send(view) :]

    def receive(self, deadline: Deadline) -> bytes:
        """Wait for what comes next."""
        self._socket.settimeout(deadline.remaining())
        return self._socket.recv(CHUNK_BYTES)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def connect(host: str, endpoints: tuple[Endpoint, ...], deadline: Deadline) -> PlainChannel:
    """Connect to the first endpoint that answers; each gets an equal share of the time that is left.

    Raises FetchFailed with UNREACHABLE, or TIMEOUT when none answered in time.
    """
    problem: OSError = TimeoutError()
    for index, endpoint in enumerate(endpoints):
        try:
            share = deadline.remaining() / (len(endpoints) - index)
            return PlainChannel(endpoint, Deadline.after(share))
        except OSError as error:
            problem = error
    port = str(endpoints[0].port)
    if isinstance(problem, TimeoutError):
        raise FetchFailed(Fault.TIMEOUT, host=host, port=port, seconds=f"{deadline.seconds:.3g}") from problem
    detail = errno.errorcode.get(problem.errno or 0, str(problem))
    raise FetchFailed(Fault.UNREACHABLE, host=host, port=port, detail=detail) from problem


def _sockaddr(endpoint: Endpoint) -> tuple[str, int] | tuple[str, int, int, int]:
    if endpoint.family == socket.AF_INET6:
        return endpoint.address, endpoint.port, 0, endpoint.scope
    return endpoint.address, endpoint.port
