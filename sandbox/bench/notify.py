"""Times the way of a guest's credentials: from pressing Notify to the relay's 250."""

import json
import secrets
import time
from pathlib import Path

from sandbox.bench.pages import Unexpected, Visitor
from sandbox.bench.started import Started
from sandbox.coordinates import read_coordinates, sandbox_folder
from sandbox.mailbox import Mailbox

ARRIVE_SECONDS = 30
SPONSOR = "bench-sponsor"
ADMIN = "bench-admin"


def set_up(installation: Started) -> str:
    """Trust the sandbox CA, save the relay, make an admin and a sponsor; return the password of both."""
    relay = read_coordinates(installation.data)
    if relay is None:
        raise Unexpected("The sandbox relay has no coordinates.")
    password = f"bench-{secrets.token_urlsafe(12)}"
    mine, relays = installation.data / "bench.password", installation.data / "bench.relay-password"
    mine.write_text(password)
    relays.write_text(relay.password)
    certificate = str(sandbox_folder(installation.data) / "ca.pem")
    installation.manage("trust_import", certificate, "--for", "infrastructure,endpoints")
    server = ("--host", "localhost", "--port", str(relay.starttls_port), "--tls", "starttls")
    account = ("--user", relay.user, "--password-file", str(relays), "--from", "ise@testlab.com")
    installation.manage("smtp_set", *server, *account)
    for name, group in ((ADMIN, "Super Admin"), (SPONSOR, "ALL_ACCOUNTS (default)")):
        words = ("user_add", name, "--group", group, "--password-file", str(mine), "--keep-password")
        installation.manage(*words)
    return password


def seconds_to_the_relay(installation: Started, sponsor: Visitor, *, count: int) -> list[float]:
    """Return for each of `count` new guests the seconds from pressing Notify to the relay's 250."""
    mailbox = Mailbox(sandbox_folder(installation.data) / "inbox")
    return [_one(installation, sponsor, mailbox, number=number) for number in range(count)]


def _one(installation: Started, sponsor: Visitor, mailbox: Mailbox, *, number: int) -> float:
    address = f"bench-{number}@example.org"
    guest = {"first_name": "Gita", "last_name": f"Rao {number}", "email": address}
    page = sponsor.submit("/sponsor/", field_name="first_name", values=guest)
    if page[0].endswith("/sponsor/"):
        raise Unexpected(f"The account of {address} was not created.")
    known = set(mailbox.ids())
    pressed_at = time.time()
    sponsor.send(*page, field_name="form_token", values={})
    deadline = time.monotonic() + ARRIVE_SECONDS
    while time.monotonic() < deadline:
        for mail_id in set(mailbox.ids()) - known:
            receipt = sandbox_folder(installation.data) / "inbox" / f"{mail_id}.json"
            if address in json.loads(receipt.read_text())["recipients"]:
                return _stored_at(receipt) - pressed_at
        time.sleep(0.002)
    raise Unexpected(f"The mail to {address} did not reach the relay within {ARRIVE_SECONDS} s.")


def _stored_at(receipt: Path) -> float:
    """Return when the relay had the mail on disk, which is when it says 250."""
    return receipt.stat().st_mtime
