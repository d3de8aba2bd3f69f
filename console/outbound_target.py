"""From a web address to the endpoints that may be called: read once, resolved once, every answer checked."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, quote, urlsplit

import idna

from console import egress
from console.outbound_channel import Deadline, Endpoint
from console.outbound_faults import Fault, FetchFailed

SCHEMES: Final = {"http": 80, "https": 443}
MOST_CHARACTERS: Final = 2000
_KEPT_IN_PATHS: Final = "/%:@!$&'()*+,;=~?-._"

Lookup = Callable[..., Any]


@dataclass(frozen=True)
class Target:
    """A web address in parts; `host` is in A-labels, `path` holds the query too and is plain ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as the Host header names it, with the port where it is not the usual one."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == SCHEMES[self.scheme] else f"{name}:{self.port}"


def target_of(url: str) -> Target:
    """Take a web address apart; raises FetchFailed with BAD_URL or SCHEME_NOT_SUPPORTED."""
    if len(url) > MOST_CHARACTERS or any(char.isspace() or not char.isprintable() for char in url):
        raise FetchFailed(Fault.BAD_URL, url=url[:200])
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchFailed(Fault.BAD_URL, url=url) from None
    scheme = parts.scheme.lower()
    if scheme and scheme not in SCHEMES:
        raise FetchFailed(Fault.SCHEME_NOT_SUPPORTED, scheme=scheme, url=url)
    if not scheme or port == 0 or "@" in parts.netloc or "\\" in url:
        raise FetchFailed(Fault.BAD_URL, url=url)
    return Target(scheme, _host_of(parts, url), port or SCHEMES[scheme], _path_of(parts))


def endpoints_of(target: Target, deadline: Deadline, lookup: Lookup) -> tuple[Endpoint, ...]:
    """Ask for the addresses of the host once, and let them all through the gate or none.

    Raises FetchFailed with NAME_NOT_RESOLVED, REFUSED_BY_GATE or TIMEOUT.
    """
    endpoints = _resolved(target, deadline, lookup)
    for endpoint in endpoints:
        reason = egress.refusal(endpoint.address, endpoint.port, ports=egress.WEB_PORTS)
        if reason is not None:
            where = {"host": target.host, "address": endpoint.address, "port": str(endpoint.port)}
            raise FetchFailed(Fault.REFUSED_BY_GATE, reason=str(reason), **where)
    return endpoints


def _host_of(parts: SplitResult, url: str) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        name = ""
    if not name or "%" in name:
        raise FetchFailed(Fault.BAD_URL, url=url)
    return name


def _path_of(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_KEPT_IN_PATHS)
    return f"{path}?{quote(parts.query, safe=_KEPT_IN_PATHS)}" if parts.query else path


def _resolved(target: Target, deadline: Deadline, lookup: Lookup) -> tuple[Endpoint, ...]:
    """Ask in a thread, since the system's resolver has a time limit of its own only."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    asking = threading.Thread(target=_ask, args=(lookup, target, answers), name="resolve", daemon=True)
    asking.start()
    try:
        answer = answers.get(timeout=deadline.remaining())
    except (queue.Empty, TimeoutError):
        seconds = f"{deadline.seconds:.3g}"
        raise FetchFailed(Fault.TIMEOUT, host=target.host, seconds=seconds) from None
    if isinstance(answer, OSError | UnicodeError) or not answer:
        raise FetchFailed(Fault.NAME_NOT_RESOLVED, host=target.host)
    if isinstance(answer, Exception):
        raise answer
    return tuple(dict.fromkeys(_endpoint(item) for item in answer))


def _ask(lookup: Lookup, target: Target, answers: queue.SimpleQueue[Any]) -> None:
    try:
        answers.put(
            lookup(
                target.host,
                target.port,
                family=socket.AF_UNSPEC,
                type=socket.SOCK_STREAM,
                proto=socket.IPPROTO_TCP,
            )
        )
    except Exception as problem:  # noqa: BLE001 - a thread has no caller, the problem travels to the one who waits
        answers.put(problem)


def _endpoint(item: tuple[int, int, int, str, tuple[Any, ...]]) -> Endpoint:
    family, _, _, _, sockaddr = item
    address = str(sockaddr[0]).partition("%")[0]
    return Endpoint(int(family), address, int(sockaddr[1]), int(sockaddr[3]) if len(sockaddr) > 3 else 0)
