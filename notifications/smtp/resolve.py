"""From a host name to addresses, in a thread, so that a silent name server cannot outlast the deadline."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from notifications.smtp.deadline import Deadline, DeadlinePassed
from notifications.smtp.errors import Code, SmtpFailure, Stage


class DnsFault(StrEnum):
    """Why a name leads to no address."""

    NO_SUCH_NAME = "NO_SUCH_NAME"
    NO_ADDRESS = "NO_ADDRESS"
    SERVERS_SILENT = "SERVERS_SILENT"
    SERVERS_FAILED = "SERVERS_FAILED"
    NOT_A_NAME = "NOT_A_NAME"


Lookup = Callable[..., Any]
# getaddrinfo(3); what only some systems have is left out where it is missing.
_FAULTS = {
    getattr(socket, name, name): fault
    for name, fault in (
        ("EAI_NONAME", DnsFault.NO_SUCH_NAME),
        ("EAI_NODATA", DnsFault.NO_ADDRESS),
        ("EAI_ADDRFAMILY", DnsFault.NO_ADDRESS),
        ("EAI_AGAIN", DnsFault.SERVERS_SILENT),
        ("EAI_FAIL", DnsFault.SERVERS_FAILED),
    )
}
_RESOLVER_FILE = Path("/etc/resolv.conf")


@dataclass(frozen=True)
class Endpoint:
    """One address of a server."""

    family: int
    address: str
    port: int
    scope: int = 0

    @property
    def sockaddr(self) -> tuple[Any, ...]:
        """The address as `socket.connect` wants it."""
        return (
            (self.address, self.port, 0, self.scope)
            if self.family == socket.AF_INET6
            else (self.address, self.port)
        )

    def __str__(self) -> str:
        return (
            f"[{self.address}]:{self.port}"
            if self.family == socket.AF_INET6
            else f"{self.address}:{self.port}"
        )


@dataclass(frozen=True)
class Resolution:
    """The answers to one name: in the order to try them, and what was asked of whom."""

    endpoints: tuple[Endpoint, ...]
    name_servers: tuple[str, ...]

    @property
    def facts(self) -> dict[str, str]:
        """The A and AAAA answers and the name servers, for the stage; a literal address asks nobody."""
        return {
            "a": ", ".join(e.address for e in self.endpoints if e.family == socket.AF_INET),
            "aaaa": ", ".join(e.address for e in self.endpoints if e.family == socket.AF_INET6),
            "servers": ", ".join(self.name_servers),
        }


def resolve(host: str, port: int, deadline: Deadline, *, lookup: Lookup = socket.getaddrinfo) -> Resolution:
    """Ask for the addresses of `host`, IPv4 and IPv6; raises SmtpFailure with DNS_FAILED or DNS_TIMEOUT.

    The parameters of DNS_FAILED have a DnsFault as `fault`, or what the system said as `detail`.
    """
    servers = () if _is_literal(host) else configured_name_servers()
    facts = {"host": host, "servers": ", ".join(servers)}
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(lookup, host, port, answers), name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.remaining())
    except (queue.Empty, DeadlinePassed):
        raise SmtpFailure(Code.DNS_TIMEOUT, Stage.RESOLVE, params=facts) from None
    if isinstance(answer, (OSError, UnicodeError)):
        raise SmtpFailure(Code.DNS_FAILED, Stage.RESOLVE, params=facts | _why(answer)) from answer
    if isinstance(answer, Exception):
        raise answer
    endpoints = tuple(dict.fromkeys(_endpoint(item) for item in answer))
    if not endpoints:
        raise SmtpFailure(
            Code.DNS_FAILED, Stage.RESOLVE, params={**facts, "fault": DnsFault.NO_ADDRESS.value}
        )
    return Resolution(endpoints, servers)


def configured_name_servers(path: Path = _RESOLVER_FILE) -> tuple[str, ...]:
    """The name servers of this node in the order they are asked (resolv.conf(5)); empty when it has none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    return tuple(word[1] for word in words if len(word) > 1 and word[0] == "nameserver")


def _ask(lookup: Lookup, host: str, port: int, answers: queue.SimpleQueue[Any]) -> None:
    try:
        answers.put(
            lookup(host, port, family=socket.AF_UNSPEC, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        )
    except Exception as problem:  # noqa: BLE001 - a thread has no caller, the problem travels to the one who waits
        answers.put(problem)


def _why(error: OSError | UnicodeError) -> dict[str, str]:
    if isinstance(error, UnicodeError):
        return {"fault": DnsFault.NOT_A_NAME.value}
    fault = _FAULTS.get(error.errno) if isinstance(error, socket.gaierror) else None
    return {"fault": fault.value} if fault else {"detail": str(error)}


def _endpoint(item: tuple[int, int, int, str, tuple[Any, ...]]) -> Endpoint:
    family, _, _, _, sockaddr = item
    address = str(sockaddr[0]).partition("%")[0]
    return Endpoint(int(family), address, int(sockaddr[1]), int(sockaddr[3]) if len(sockaddr) > 3 else 0)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
