"""The one way out over HTTP: through the gate, to the address that was checked, within hard limits."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from urllib.parse import urljoin

from console.outbound_answer import IDENTITY, Answer, NotHttp, TooLarge, read_answer
from console.outbound_channel import Channel, Deadline, Secure, connect
from console.outbound_faults import Fault, FetchFailed
from console.outbound_target import Lookup, Target, endpoints_of, target_of

__all__ = ["Call", "Channel", "Deadline", "Fault", "FetchFailed", "Limits", "Reply", "Secure", "fetch"]

MOST_REDIRECTS: Final = 3
NOT_MODIFIED: Final = 304
_REDIRECTS: Final = frozenset({300, 301, 302, 303, 305, 307, 308})


@dataclass(frozen=True)
class Call:
    """What is asked: a GET, or a POST when there is a body; `headers` are added to the usual ones."""

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> Literal["GET", "POST"]:
        """The method of the request."""
        return "GET" if self.body is None else "POST"


@dataclass(frozen=True)
class Limits:
    """How much of an answer is taken, and how long the whole call may last, name service included.

    `redirects` (at most three) are followed for a GET over plain http to plain http only, each through the
    gate anew; where none are left, a redirect is a fault.
    """

    body_bytes: int
    seconds: float
    header_bytes: int = 16 * 1024
    redirects: int = 0


@dataclass(frozen=True)
class Reply:
    """A success, or 304 without a body when the call had a condition; `url` is the one that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str
    milliseconds: int


def fetch(
    call: Call, *, limits: Limits, secure: Secure | None = None, lookup: Lookup = socket.getaddrinfo
) -> Reply:
    """Call a web address and return the answer; raises FetchFailed and nothing else.

    The host is resolved once, each address must pass the gate (`console.egress`) at port 80, 443 or a listed
    one, and the connection goes to a checked address. `secure` makes the TLS connection of https addresses;
    without it they are refused. A compressed answer is refused, since none was asked for.
    """
    started = time.monotonic()
    deadline = Deadline.after(limits.seconds)
    left = min(limits.redirects, MOST_REDIRECTS)
    while True:
        target = target_of(call.url)
        answer = _answer(call, target, _Way(limits, deadline, secure, lookup))
        onward = _location(call, target, answer)
        if onward is None:
            break
        is_plain = call.url.lower().startswith("http:") and onward.lower().startswith("http:")
        if left == 0 or call.method != "GET" or not is_plain:
            raise FetchFailed(Fault.REDIRECTED, host=target.host, location=onward[:300])
        left -= 1
        call = replace(call, url=onward)
    _refuse_bad(call, target, answer)
    spent = round((time.monotonic() - started) * 1000)
    return Reply(answer.status, answer.headers, answer.body, call.url, spent)


@dataclass(frozen=True)
class _Way:
    """How a call travels."""

    limits: Limits
    deadline: Deadline
    secure: Secure | None
    lookup: Lookup


def _answer(call: Call, target: Target, way: _Way) -> Answer:
    """Make one request; every fault on the way becomes a FetchFailed."""
    if target.scheme == "https" and way.secure is None:
        raise FetchFailed(Fault.SCHEME_NOT_SUPPORTED, scheme=target.scheme, url=call.url)
    endpoints = endpoints_of(target, way.deadline, way.lookup)
    channel: Channel = connect(target.host, endpoints, way.deadline)
    try:
        if target.scheme == "https" and way.secure is not None:
            channel = way.secure(channel, target.host, way.deadline)
        channel.send(_request(call, target), way.deadline)
        limits = way.limits
        return read_answer(
            channel, way.deadline, header_bytes=limits.header_bytes, body_bytes=limits.body_bytes
        )
    except TimeoutError as error:
        seconds = f"{way.deadline.seconds:.3g}"
        raise FetchFailed(Fault.TIMEOUT, host=target.host, seconds=seconds) from error
    except TooLarge as error:
        raise FetchFailed(Fault.TOO_LARGE, host=target.host, limit=str(error.limit)) from error
    except NotHttp as error:
        raise FetchFailed(Fault.NOT_HTTP, host=target.host, detail=str(error)) from error
    except OSError as error:
        where = {"host": target.host, "port": str(target.port)}
        raise FetchFailed(Fault.UNREACHABLE, detail=type(error).__name__, **where) from error
    finally:
        channel.close()


def _request(call: Call, target: Target) -> bytes:
    headers = {
        "Host": target.host_header,
        "User-Agent": "ISE-Mail",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **call.headers,
    }
    if call.body is not None:
        headers["Content-Length"] = str(len(call.body))
    lines = [f"{call.method} {target.path} HTTP/1.1", *(f"{n}: {_one_line(v)}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii", "replace") + (call.body or b"")


def _one_line(value: str) -> str:
    """A header value that cannot end its line: some repeat what a server once sent."""
    return "".join(char for char in value if char.isprintable())


def _location(call: Call, target: Target, answer: Answer) -> str | None:
    """Where a redirect leads, None when the answer is none."""
    if answer.status not in _REDIRECTS:
        return None
    location = answer.headers.get("location", "")
    if not location:
        raise FetchFailed(Fault.BAD_STATUS, host=target.host, status=str(answer.status))
    try:
        return urljoin(call.url, location)
    except ValueError:
        raise FetchFailed(Fault.REDIRECTED, host=target.host, location=location[:300]) from None


def _refuse_bad(call: Call, target: Target, answer: Answer) -> None:
    is_conditional = any(name.lower().startswith("if-") for name in call.headers)
    if answer.status == NOT_MODIFIED and is_conditional:
        return
    if not 200 <= answer.status < 300:
        raise FetchFailed(Fault.BAD_STATUS, host=target.host, status=str(answer.status))
    encoding = answer.headers.get("content-encoding", "").lower()
    if encoding not in IDENTITY:
        raise FetchFailed(Fault.ENCODED, host=target.host, encoding=encoding[:40])
