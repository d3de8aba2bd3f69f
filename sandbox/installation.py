"""Works out what one installation on this machine consists of: ports, environment, programs, the box."""

import os
import secrets
import socket
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox import authority, broker, ports
from sandbox.coordinates import Coordinates, read_coordinates, sandbox_folder, write_coordinates
from sandbox.plan import Plan, Program

STARTTLS_PORT = 2587
TLS_PORT = 2465
RELAY_HOST = "127.0.0.1"
RELAY_USER = "mailer"
WEB_THREADS = 6
_ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104


@dataclass(frozen=True)
class Wishes:
    """What the person who starts it asked for."""

    data: Path
    root: Path
    host: str
    port: int | None
    has_sandbox: bool


@dataclass(frozen=True)
class Passwords:
    """The passwords made at this start, None for accounts that were there before."""

    admin: str | None
    sponsor: str | None


def web_port(wishes: Wishes) -> int:
    """Return the port asked for when it is free, else the first free one; raises ports.PortTaken."""
    if wishes.port is None:
        return ports.find_free(wishes.host, ports.WEB_PORT)
    ports.require_free(wishes.host, wishes.port)
    return wishes.port


def prepare_relay(data: Path, *, now: datetime) -> Coordinates:
    """Make the sandbox relay's certificates and coordinates.

    It keeps its ports and its password from start to start, so that saved settings go on working.
    Raises ports.PortTaken.
    """
    authority.ensure_chain(sandbox_folder(data), now=now)
    known = read_coordinates(data)
    coordinates = Coordinates(
        host=RELAY_HOST,
        starttls_port=ports.find_free(
            RELAY_HOST, STARTTLS_PORT, wanted=known.starttls_port if known else None
        ),
        tls_port=ports.find_free(RELAY_HOST, TLS_PORT, wanted=known.tls_port if known else None),
        user=known.user if known else RELAY_USER,
        password=known.password if known else secrets.token_urlsafe(9),
    )
    if coordinates != known:
        write_coordinates(data, coordinates)
    return coordinates


def plan(
    wishes: Wishes, *, port: int, relay: Coordinates | None, personas: str, passwords: Passwords
) -> Plan:
    """Return everything the supervisor has to keep running.

    Raises broker.BrokerUnavailable.
    """
    url = public_url(wishes.host, port)
    given = os.environ.get("REDIS_URL", "")
    socket_file = broker.socket_path(wishes.data)
    return Plan(
        data=str(wishes.data),
        url=url,
        host=wishes.host,
        port=port,
        broker_socket=str(socket_file),
        broker=None if given else broker.program(socket_file),
        programs=_programs(wishes, port=port, relay=relay, personas=personas),
        environment=_environment(
            wishes, url=url.rstrip("/"), broker_url=given or broker.url(socket_file), relay=relay
        ),
        box=_box(wishes, url=url, relay=relay, passwords=passwords),
    )


def public_url(host: str, port: int) -> str:
    """Return the address to open: ISE_MAIL_PUBLIC_URL, else that of the listening port."""
    given = os.environ.get("ISE_MAIL_PUBLIC_URL", "").rstrip("/")
    shown = socket.gethostname() if host in _ANY_ADDRESS else host
    return f"{given or f'http://{_bracketed(shown)}:{port}'}/"


def _programs(wishes: Wishes, *, port: int, relay: Coordinates | None, personas: str) -> tuple[Program, ...]:
    python, manage = sys.executable, str(wishes.root / "manage.py")
    web = (
        *(python, "-m", "waitress", "--ident=", f"--threads={WEB_THREADS}"),
        f"--listen={_bracketed(wishes.host)}:{port}",
        "ise_mail.wsgi:application",
    )
    found = [
        Program("web", web, stop_signal="SIGINT"),  # waitress finishes its requests on SIGINT only
        Program("worker", (python, manage, "run_node", "--personas", personas)),
        Program("notifyd", (python, manage, "notifyd")),
    ]
    if relay:
        found.append(Program("relay", (python, "-m", "sandbox.relay")))
    return tuple(found)


def _environment(wishes: Wishes, *, url: str, broker_url: str, relay: Coordinates | None) -> dict[str, str]:
    """Return the children's environment; what the caller's own has set stays."""
    environment = {**os.environ}
    environment["ISE_MAIL_DATA"] = str(wishes.data)
    environment["ISE_MAIL_SANDBOX"] = "1" if relay else "0"
    environment["REDIS_URL"] = broker_url
    environment["PYTHONPATH"] = str(wishes.root)
    environment["PYTHONUNBUFFERED"] = "1"
    environment.setdefault("ISE_MAIL_PUBLIC_URL", url)
    if wishes.host in _ANY_ADDRESS:
        environment.setdefault("ISE_MAIL_ALLOWED_HOSTS", ",".join(_own_names()))
    if relay:
        own = f"localhost:{relay.starttls_port},localhost:{relay.tls_port}"
        given = os.environ.get("ISE_MAIL_EGRESS_ALLOW", "")
        environment["ISE_MAIL_EGRESS_ALLOW"] = f"{given},{own}" if given else own
    return environment


def _own_names() -> list[str]:
    """Return the names and addresses under which browsers of the network reach this machine."""
    name = socket.gethostname()
    found = {"localhost", "127.0.0.1", "[::1]", name, socket.getfqdn()}
    try:
        answers = socket.getaddrinfo(name, None)
    except socket.gaierror:
        answers = []
    found.update(_bracketed(str(answer[4][0]).partition("%")[0]) for answer in answers)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737): nothing is sent
            found.add(route.getsockname()[0])
        except OSError:
            pass
    return sorted(found)


def _box(
    wishes: Wishes, *, url: str, relay: Coordinates | None, passwords: Passwords
) -> tuple[tuple[str, str], ...]:
    lines = [("Open", url)]
    if passwords.admin:
        lines += [
            ("Sign in", f"admin  {passwords.admin}"),
            ("", "shown this once; you choose your own at the first sign-in"),
        ]
    else:
        lines.append(("Sign in", "as admin, with the password you chose"))
    lines.append(("Sponsors", f"{url}sponsor/"))
    if passwords.sponsor:
        lines.append(("", f"sponsor  {passwords.sponsor}"))
    lines.append(("Guests", f"{url}guest/"))
    if relay:
        lines += [
            ("Relay", f"localhost, STARTTLS on {relay.starttls_port}, TLS on {relay.tls_port}"),
            ("", f"how to use it: {url}sandbox/"),
            ("Inbox", f"{url}sandbox/inbox/"),
        ]
    lines += [("Data", f"{wishes.data} (logs in {wishes.data / 'log'})"), ("Stop", "Ctrl+C")]
    return tuple(lines)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
