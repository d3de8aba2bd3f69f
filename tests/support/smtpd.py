"""A real SMTP server on the loopback that can be told to misbehave at every step.

    with SmtpServer(certificate=authority.issue("127.0.0.1"), users={"relay": "secret"}) as server:
        server.fail("RCPT", answer("451 4.7.1 Greylisted"), times=1)
        ...
        assert server.messages[0].recipients == ["gita@example.net"]

Steps that can fail: banner, EHLO, HELO, STARTTLS, TLS (before the handshake), AUTH, MAIL, RCPT, DATA
(before 354), BODY (the data is not read), DOT (in place of the answer to the final dot), RSET, QUIT.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

from tests.support.servercerts import ServerCertificate

EXTENSIONS = ("PIPELINING", "SIZE 37748736", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")
Action = Callable[["Conversation"], None]


class HangUp(Exception):
    """The server ends the connection now."""


def answer(*lines: str) -> Action:
    """Say this in place of the usual answer and go on."""
    return lambda conversation: conversation.say(*lines)


def raw(data: bytes) -> Action:
    """Send these bytes as they are and go on."""
    return lambda conversation: conversation.send(data)


def close(*lines: str) -> Action:
    """Say the lines, then close the connection in order."""

    def act(conversation: Conversation) -> None:
        conversation.say(*lines)
        raise HangUp

    return act


def reset(*, after_seconds: float = 0) -> Action:
    """Break the connection by a TCP reset."""

    def act(conversation: Conversation) -> None:
        conversation.server.stopping.wait(after_seconds)
        linger = struct.pack("ii", 1, 0)
        conversation.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise HangUp

    return act


def silence() -> Action:
    """Never say a word again, and read nothing."""

    def act(conversation: Conversation) -> None:
        conversation.server.stopping.wait()
        raise HangUp

    return act


def drip(data: bytes, seconds: float) -> Action:
    """Send one byte every so often."""

    def act(conversation: Conversation) -> None:
        for byte in data:
            if conversation.server.stopping.wait(seconds):
                raise HangUp
            conversation.send(bytes([byte]))

    return act


def endless(chunk: bytes) -> Action:
    """Send the same bytes until the other side goes away."""

    def act(conversation: Conversation) -> None:
        while not conversation.server.stopping.is_set():
            conversation.send(chunk)
        raise HangUp

    return act


@dataclass
class StoredMessage:
    """A message the server has promised to deliver."""

    envelope_from: str
    recipients: list[str]
    data: bytes
    queue_id: str
    user: str
    tls_version: str
    ehlo_name: str
    mail_line: str
    accepted_at: float = field(default_factory=time.monotonic)


class SmtpServer:
    """Listens on an ephemeral port of 127.0.0.1 (or `host`) from `__enter__` to `__exit__`."""

    def __init__(
        self,
        *,
        certificate: ServerCertificate | None = None,
        context: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        mechanisms: Iterable[str] = ("PLAIN", "LOGIN"),
        auth_lines: Iterable[str] | None = None,
        auth_before_tls: bool = False,
        requires_auth: bool = False,
        requires_tls: bool = False,
        extensions: Iterable[str] = EXTENSIONS,
        name: str = "mail.testlab.com",
        banner: str = "ESMTP ready",
        goodbye: str = "Service closing transmission channel",
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.context = context or (certificate.context() if certificate else None)
        self.implicit_tls = implicit_tls
        self.users = dict(users or {})
        self.auth_lines = tuple(auth_lines) if auth_lines is not None else (f"AUTH {' '.join(mechanisms)}",)
        self.auth_before_tls = auth_before_tls or self.context is None
        self.requires_auth, self.requires_tls = requires_auth, requires_tls
        self.extensions = tuple(extensions)
        self.name, self.banner, self.goodbye, self.host = name, banner, goodbye, host
        self.messages: list[StoredMessage] = []
        self.commands: list[str] = []
        self.tls_errors: list[str] = []
        self.connections = 0
        self.stopping = threading.Event()
        self.queue_ids = (f"4XyZ{number:06d}" for number in itertools.count(1))
        self._failures: dict[str, tuple[Action, int | None]] = {}
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((host, port), family=_family(host), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> SmtpServer:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port and all connections, and wait for the threads."""
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def fail(self, step: str, action: Action, *, times: int | None = None) -> None:
        """Do `action` at a step in place of what belongs there, the next `times` times (None: always)."""
        with self._lock:
            self._failures[step] = (action, times)

    def heal(self, step: str) -> None:
        """Forget what was to go wrong at a step."""
        with self._lock:
            self._failures.pop(step, None)

    def failure_at(self, step: str) -> Action | None:
        """Take the action for a step once."""
        with self._lock:
            action, left = self._failures.get(step, (None, None))
            if action is None:
                return None
            if left is not None:
                self._failures.pop(step)
                if left > 1:
                    self._failures[step] = (action, left - 1)
            return action

    def wait_for_messages(self, count: int, seconds: float = 10.0) -> list[StoredMessage]:
        """Return the messages as soon as there are `count`; raises TimeoutError."""
        ends_at = time.monotonic() + seconds
        while len(self.messages) < count:
            if time.monotonic() > ends_at:
                raise TimeoutError(f"{len(self.messages)} of {count} messages came")
            time.sleep(0.01)
        return self.messages

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        self._open.add(sock)
        conversation = Conversation(self, sock)
        try:
            conversation.run()
        except (HangUp, OSError, EOFError):
            pass
        finally:
            self._open.discard(sock)
            conversation.sock.close()
            sock.close()


class Conversation:
    """One connection to the server."""

    def __init__(self, server: SmtpServer, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.user = self.ehlo_name = self.envelope_from = self.mail_line = ""
        self.recipients: list[str] = []
        self.is_in_mail = False
        self._buffer = b""

    def run(self) -> None:
        """Greet and answer commands until the end."""
        if self.server.implicit_tls:
            self._start_tls()
        self._do("banner", lambda: self.say(f"220 {self.server.name} {self.server.banner}"))
        while True:
            line = self.read_line()
            self.server.commands.append(line)
            verb = line.split(" ", 1)[0].upper()
            handler = getattr(self, f"_{verb.lower()}", None)
            if handler is None:
                self.say("500 5.5.1 Command unrecognized")
            else:
                self._do(verb, lambda handler=handler, line=line: handler(line))

    def say(self, *lines: str) -> None:
        """Send reply lines."""
        self.send(b"".join(line.encode("utf-8", "surrogateescape") + b"\r\n" for line in lines))

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.sock.sendall(data)

    def read_line(self) -> str:
        """Wait for one line; raises EOFError."""
        while b"\n" not in self._buffer:
            self._fill()
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.removesuffix(b"\r").decode("utf-8", "surrogateescape")

    def _fill(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self._buffer += data

    def _do(self, step: str, usual: Callable[[], None]) -> None:
        action = self.server.failure_at(step)
        if action is None:
            usual()
        else:
            action(self)

    @property
    def tls_version(self) -> str:
        return (self.sock.version() or "") if isinstance(self.sock, ssl.SSLSocket) else ""

    def _start_tls(self) -> None:
        if action := self.server.failure_at("TLS"):
            action(self)
        assert self.server.context is not None
        self._buffer = b""
        try:
            self.sock = self.server.context.wrap_socket(self.sock, server_side=True)
        except ssl.SSLError as problem:
            self.server.tls_errors.append(str(problem))
            raise

    def _ehlo(self, line: str) -> None:
        self.ehlo_name = line.partition(" ")[2]
        self.is_in_mail = False
        lines = [f"{self.server.name} Hello [{self.sock.getpeername()[0]}]", *self.server.extensions]
        if self.server.context is not None and not self.tls_version:
            lines.append("STARTTLS")
        if self.server.users and (self.tls_version or self.server.auth_before_tls):
            lines.extend(self.server.auth_lines)
        self.say(*(f"250-{text}" for text in lines[:-1]), f"250 {lines[-1]}")

    def _helo(self, line: str) -> None:
        self.ehlo_name = line.partition(" ")[2]
        self.say(f"250 {self.server.name}")

    def _starttls(self, line: str) -> None:
        if self.server.context is None or self.tls_version:
            self.say("502 5.5.1 Not available")
            return
        self.say("220 2.0.0 SMTP server ready")
        self._start_tls()

    def _auth(self, line: str) -> None:
        words = line.split(" ")
        mechanism = words[1].upper() if len(words) > 1 else ""
        if mechanism == "PLAIN":
            token = words[2] if len(words) > 2 else self._challenge("")
            _, user, password = base64.b64decode(token).decode().split("\0")
        elif mechanism == "LOGIN":
            user = base64.b64decode(self._challenge("Username:")).decode()
            password = base64.b64decode(self._challenge("Password:")).decode()
        else:
            self.say("504 5.5.4 Unrecognized authentication type")
            return
        if self.server.users.get(user) == password:
            self.user = user
            self.say("235 2.7.0 Authentication successful")
        else:
            self.say("535 5.7.3 Authentication unsuccessful")

    def _challenge(self, prompt: str) -> str:
        self.say(f"334 {base64.b64encode(prompt.encode()).decode()}")
        line = self.read_line()
        self.server.commands.append(line)
        return line

    def _mail(self, line: str) -> None:
        if self.server.requires_tls and not self.tls_version:
            self.say("530 5.7.0 Must issue a STARTTLS command first")
        elif self.server.requires_auth and not self.user:
            self.say("530 5.7.1 Authentication required")
        else:
            self.envelope_from, self.recipients, self.is_in_mail = _path(line), [], True
            self.mail_line = line
            self.say("250 2.1.0 Sender OK")

    def _rcpt(self, line: str) -> None:
        if not self.is_in_mail:
            self.say("503 5.5.1 Need MAIL first")
            return
        self.recipients.append(_path(line))
        self.say("250 2.1.5 Recipient OK")

    def _data(self, line: str) -> None:
        if not self.recipients:
            self.say("554 5.5.1 No valid recipients")
            return
        self.say("354 Start mail input; end with <CRLF>.<CRLF>")
        if action := self.server.failure_at("BODY"):
            action(self)
        data = self._read_data()
        self._do("DOT", lambda: self._keep(data))
        self.recipients, self.is_in_mail = [], False

    def _read_data(self) -> bytes:
        while b"\r\n.\r\n" not in (b"\r\n" + self._buffer):
            self._fill()
        body, _, rest = (b"\r\n" + self._buffer).partition(b"\r\n.\r\n")
        self._buffer = rest
        lines = (body + b"\r\n").removeprefix(b"\r\n").split(b"\r\n")
        return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)

    def _keep(self, data: bytes) -> None:
        queue_id = next(self.server.queue_ids)
        message = StoredMessage(
            self.envelope_from,
            list(self.recipients),
            data,
            queue_id,
            self.user,
            self.tls_version,
            self.ehlo_name,
            self.mail_line,
        )
        self.server.messages.append(message)
        self.say(f"250 2.0.0 Ok: queued as {queue_id}")

    def _rset(self, line: str) -> None:
        self.recipients, self.is_in_mail = [], False
        self.say("250 2.0.0 Ok")

    def _noop(self, line: str) -> None:
        self.say("250 2.0.0 Ok")

    def _quit(self, line: str) -> None:
        self.say(f"221 2.0.0 {self.server.goodbye}")
        raise HangUp


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
