"""The way out over HTTP against real servers that lie, trickle, redirect, never end and compress."""

import gzip
import itertools
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from console.outbound import Call, FetchFailed, Limits, Reply, fetch
from ise_mail.env import Address
from tests.support.web import Handler, Request, WebServer, page, web_server

SMALL = Limits(body_bytes=1000, seconds=5)


@pytest.fixture
def allowed(settings: Any) -> Any:
    """Lets the servers of the test through the gate, which is shut for this machine."""

    def allow(*servers: WebServer) -> None:
        settings.ISE_MAIL_EGRESS_ALLOW = tuple(Address("127.0.0.1", server.port) for server in servers)

    settings.ISE_MAIL_EGRESS_ALLOW = ()
    return allow


def answers(address: str, *more: str) -> Any:
    """A name service that gives these answers to every name."""

    def lookup(_host: str, port: int, **_more: Any) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET6, 1, 6, "", (ip, port, 0, 0))
            if ":" in ip
            else (socket.AF_INET, 1, 6, "", (ip, port))
            for ip in (address, *more)
        ]

    return lookup


def fault_of(url: str, limits: Limits = SMALL, **more: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(FetchFailed) as failed:
        fetch(Call(url), limits=limits, **more)
    return str(failed.value.code), failed.value.params


def got(handler: Handler, allowed: Any, limits: Limits = SMALL, path: str = "/") -> Reply:
    with web_server(handler) as server:
        allowed(server)
        return fetch(Call(server.url(path)), limits=limits)


def refused(handler: Handler, allowed: Any, limits: Limits = SMALL) -> tuple[str, dict[str, str]]:
    with web_server(handler) as server:
        allowed(server)
        return fault_of(server.url(), limits)


def test_a_file_is_fetched_with_its_headers(allowed: Any) -> None:
    with web_server(lambda _: page(b"a list", "Last-Modified: today", "X-A: 1", "x-a: 2")) as server:
        allowed(server)
        reply = fetch(Call(server.url("/a b?q=é".replace(" ", "%20"))), limits=SMALL)
    assert (reply.status, reply.body) == (200, b"a list")
    assert reply.headers["last-modified"] == "today" and reply.headers["x-a"] == "1, 2"
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/a%20b?q=%C3%A9")
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["connection"] == "close"


def test_a_body_is_posted_with_its_type(allowed: Any) -> None:
    with web_server(lambda request: page(request.body[::-1])) as server:
        allowed(server)
        call = Call(server.url(), b"\x00abc", {"Content-Type": "application/ocsp-request"})
        assert fetch(call, limits=SMALL).body == b"cba\x00"
    assert server.requests[0].headers["content-type"] == "application/ocsp-request"


def test_the_name_is_resolved_once_and_kept_in_the_host_header(allowed: Any) -> None:
    asked = []

    def lookup(host: str, port: int, **_more: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "169.254.169.254", port))]

    with web_server(lambda _: page(b"ok")) as server:
        allowed(server)
        reply = fetch(Call(server.url(host="ca.testlab.com")), limits=SMALL, lookup=lookup)
    assert reply.body == b"ok" and asked == ["ca.testlab.com"]
    assert server.requests[0].headers["host"] == f"ca.testlab.com:{server.port}"


def test_chunks_are_put_together_and_a_body_without_length_ends_with_the_connection(allowed: Any) -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: b\r\n\r\n"
    )
    assert got(lambda _: chunked, allowed).body == b"abcde"
    assert got(lambda _: b"HTTP/1.0 200 OK\r\n\r\nabcde", allowed).body == b"abcde"


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "LOOPBACK"),
        ("localhost", "LOOPBACK"),
        ("2130706433", "LOOPBACK"),
        ("0x7f.1", "LOOPBACK"),
        ("0177.0.0.1", "LOOPBACK"),
        ("127.1", "LOOPBACK"),
        ("[::1]", "LOOPBACK"),
        ("[::ffff:127.0.0.1]", "LOOPBACK"),
        ("[::ffff:a9fe:a9fe]", "LINK_LOCAL"),
        ("[64:ff9b::7f00:1]", "LOOPBACK"),
        ("[2002:7f00:1::]", "LOOPBACK"),
        ("[::127.0.0.1]", "LOOPBACK"),
        ("169.254.169.254", "LINK_LOCAL"),
        ("2852039166", "LINK_LOCAL"),
        ("0.0.0.0", "UNSPECIFIED"),
        ("[fd00:ec2::254]", "METADATA"),
        ("224.0.0.1", "MULTICAST"),
    ],
)
def test_no_notation_of_an_address_leads_around_the_gate(host: str, reason: str, allowed: Any) -> None:
    code, params = fault_of(f"http://{host}/")
    assert (code, params["reason"]) == ("REFUSED_BY_GATE", reason)


def test_only_the_ports_of_the_web_are_open_unless_one_is_listed(allowed: Any, settings: Any) -> None:
    for port in (22, 25, 5432, 6379, 8080):
        code, params = fault_of(f"http://10.0.0.9:{port}/")
        assert (code, params["reason"]) == ("REFUSED_BY_GATE", "PORT")
    with web_server(lambda _: page(b"ok")) as server:
        code, params = fault_of(server.url())
        assert (code, params["reason"]) == ("REFUSED_BY_GATE", "LOOPBACK")
        settings.ISE_MAIL_EGRESS_ALLOW = (Address("localhost", server.port),)
        assert fetch(Call(server.url()), limits=SMALL).body == b"ok"
    assert len(server.requests) == 1


def test_a_name_with_one_forbidden_answer_is_not_called_at_all(allowed: Any) -> None:
    for order in (("192.0.2.1", "127.0.0.1"), ("127.0.0.1", "192.0.2.1"), ("192.0.2.1", "::ffff:127.0.0.1")):
        code, params = fault_of("http://ca.testlab.com/", lookup=answers(*order))
        assert (code, params["reason"]) == ("REFUSED_BY_GATE", "LOOPBACK")


def test_a_name_without_an_address_is_told(allowed: Any) -> None:
    def lookup(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert fault_of("http://nowhere.testlab.com/", lookup=lookup)[0] == "NAME_NOT_RESOLVED"
    assert fault_of("http://nowhere.testlab.com/", lookup=lambda *_, **__: [])[0] == "NAME_NOT_RESOLVED"


def test_a_silent_name_service_cannot_outlast_the_deadline(allowed: Any) -> None:
    started = time.monotonic()
    code, _ = fault_of(
        "http://slow.testlab.com/", Limits(1000, 0.3), lookup=lambda *_, **__: time.sleep(3) or []
    )
    assert code == "TIMEOUT" and time.monotonic() - started < 2


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "http:///path",
        "ca.testlab.com/list.crl",
        "http://user:word@10.0.0.1/",
        "http://10.0.0.1:0/",
        "http://10.0.0.1:99999/",
        "http://10.0.0.1/a b",
        "http://10.0.0.1/\r\nX: y",
        "http://10.0.0.1\\@evil/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://" + "a" * 3000,
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_asked(url: str, allowed: Any) -> None:
    assert fault_of(url, lookup=lambda *_, **__: pytest.fail("asked"))[0] == "BAD_URL"


@pytest.mark.parametrize(
    "url", ["ldap://ca/x", "file:///etc/passwd", "gopher://10.0.0.1/", "https://10.0.0.1/"]
)
def test_other_schemes_are_refused(url: str, allowed: Any) -> None:
    assert fault_of(url, lookup=lambda *_, **__: pytest.fail("asked"))[0] == "SCHEME_NOT_SUPPORTED"


def test_nobody_listening_is_unreachable(allowed: Any, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.ISE_MAIL_EGRESS_ALLOW = (Address("127.0.0.1", port),)
    code, params = fault_of(f"http://127.0.0.1:{port}/")
    assert (code, params["detail"]) == ("UNREACHABLE", "ECONNREFUSED")


def drip(whole: bytes) -> Iterator[bytes]:
    for index in range(len(whole)):
        time.sleep(0.05)
        yield whole[index : index + 1]


def endless_chunks() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in itertools.count():
        yield b"1;" + b"x" * 500 + b"\r\na\r\n"


def endless_trailers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    yield from itertools.repeat(b"T: " + b"x" * 500 + b"\r\n")


def endless_continue() -> Iterator[bytes]:
    yield from itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n")


def silence() -> Iterator[bytes]:
    time.sleep(3)
    yield b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        lambda: drip(page(b"slow" * 100)),
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"], drip(b"x" * 900)),
        silence,
    ],
    ids=["headers", "body", "nothing"],
)
def test_a_server_that_trickles_is_cut_off_at_the_deadline(sent: Any, allowed: Any) -> None:
    started = time.monotonic()
    code, params = refused(lambda _: sent(), allowed, Limits(1000, 0.6))
    assert (code, params["seconds"]) == ("TIMEOUT", "0.6")
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize(
    "sent",
    [
        lambda: page(b"x" * 1001),
        lambda: b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\nx",
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], itertools.repeat(b"x" * 4096)),
        lambda: itertools.chain(
            [b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"], itertools.repeat(b"x" * 4096)
        ),
        lambda: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n" + b"x" * 5000,
        endless_chunks,
        endless_trailers,
        endless_continue,
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: y\r\n")),
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], itertools.repeat(b"y" * 4096)),
        lambda: itertools.repeat(b"HTTP" * 1024),
    ],
    ids=[
        "longer than allowed",
        "announced",
        "without an end",
        "negative length",
        "one chunk",
        "chunk extensions",
        "trailers",
        "100 Continue",
        "headers",
        "one header",
        "status line",
    ],
)
def test_a_server_that_sends_too_much_is_cut_off(sent: Any, allowed: Any) -> None:
    started = time.monotonic()
    with web_server(lambda _: sent()) as server:
        allowed(server)
        code, _ = fault_of(server.url(), Limits(1000, 15))
    assert code in {"TOO_LARGE", "NOT_HTTP"}
    assert time.monotonic() - started < 10
    assert server.sent_bytes < 20_000_000


def test_a_body_of_exactly_the_limit_is_taken(allowed: Any) -> None:
    assert len(got(lambda _: page(b"x" * 1000), allowed).body) == 1000


def test_a_gzip_bomb_is_not_unpacked(allowed: Any) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    for encoding in ("gzip", "deflate", "br", "GZIP"):
        code, params = refused(lambda _, e=encoding: page(bomb, f"Content-Encoding: {e}"), allowed)
        assert (code, params["encoding"]) == ("ENCODED", encoding.lower())
    assert got(lambda _: page(b"plain", "Content-Encoding: identity"), allowed).body == b"plain"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Same", "308 Same"])
def test_a_redirect_is_not_followed(status: str, allowed: Any) -> None:
    target = "http://169.254.169.254/latest/meta-data/"
    code, params = refused(lambda _: page(b"", f"Location: {target}", status=status), allowed)
    assert (code, params["location"]) == ("REDIRECTED", target)


def test_redirects_are_followed_when_they_are_asked_for_and_through_the_gate(allowed: Any) -> None:
    def handler(request: Request) -> bytes:
        steps = {"/a": "/b", "/b": "c", "/c": "/d", "/d": "/e", "/meta": "http://169.254.169.254/"}
        if request.path in steps:
            return page(b"", f"Location: {steps[request.path]}", status="302 Found")
        if request.path == "/secure":
            return page(b"", "Location: https://ca.testlab.com/", status="302 Found")
        return page(request.path.encode())

    limits = Limits(1000, 5, redirects=3)
    with web_server(handler) as server:
        allowed(server)
        reply = fetch(Call(server.url("/b")), limits=limits)
        assert (reply.body, reply.url) == (b"/e", server.url("/e"))
        assert fault_of(server.url("/a"), limits)[0] == "REDIRECTED"
        assert fault_of(server.url("/a"), Limits(1000, 5, redirects=99))[0] == "REDIRECTED"
        assert fault_of(server.url("/meta"), limits)[0] == "REFUSED_BY_GATE"
        assert fault_of(server.url("/secure"), limits)[0] == "REDIRECTED"
        with pytest.raises(FetchFailed) as failed:
            fetch(Call(server.url("/b"), b"body"), limits=limits)
        assert failed.value.code == "REDIRECTED"


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "304 Not Modified", "401 Who", "199 Odd"])
def test_a_status_without_success_is_told(status: str, allowed: Any) -> None:
    code, params = refused(lambda _: page(b"sorry", status=status), allowed)
    assert (code, params["status"]) == ("BAD_STATUS", status[:3])


def test_not_modified_is_an_answer_to_a_condition(allowed: Any) -> None:
    with web_server(lambda _: b"HTTP/1.1 304 Not Modified\r\n\r\n") as server:
        allowed(server)
        call = Call(server.url(), headers={"If-Modified-Since": "yesterday\r\nX-Injected: 1"})
        assert fetch(call, limits=SMALL).status == 304
    assert "x-injected" not in server.requests[0].headers


@pytest.mark.parametrize(
    "sent",
    [
        b"220 mail.testlab.com ESMTP\r\n",
        b"",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"H%d: 1\r\n" % n for n in range(200)) + b"\r\n",
    ],
)
def test_what_is_no_complete_answer_is_told(sent: bytes, allowed: Any) -> None:
    assert refused(lambda _: sent, allowed)[0] == "NOT_HTTP"
