"""From a form to the guest's mailbox, through worker and daemon of a node and a relay with TLS and AUTH."""

import email
import email.policy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest

from tests.support.broker import running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer

pytestmark = pytest.mark.both_databases

SAVE_RELAY = """
from django.utils import timezone
from notifications import relay, senders
from notifications.smtp.settings import ServerSettings, TlsMode
server = ServerSettings("127.0.0.1", {port}, tls=TlsMode.STARTTLS, user="relay", password="s3cret-of-relay")
relay.save(server=server, keep_password=False, allow_cleartext_password=False, actor="ada",
           now=timezone.now(), is_bound_by_egress=False)
senders.save_guest_email_settings(enabled=True, default_from="wifi@testlab.com", always_default=False,
                                  actor="ada", now=timezone.now())
"""
BROWSER = """
import json, re
from datetime import timedelta
from django.test import Client
from django.utils import timezone
from accounts.models import User

browser = Client(HTTP_HOST="localhost")

def token(path):
    return re.search(r'name="form_token" value="([^"]+)"', browser.get(path).content.decode())[1]

def send(path, target="", **data):
    data = {"form_token": token(path), **data}
    return browser.post(target or path, data, follow=True)

def shown(answer):
    return re.findall(r'class="ip-secret"[^>]*>([^<]+)<', answer.content.decode())

def sign_in(username):
    browser.post("/sponsor/sign-in/", {"login": username, "password": "quiet-harbor-lantern-82"})
"""
REGISTER = """
answer = send("/guest/", first_name="Gita", last_name="Garg", email="gita@guest.example", company="",
              accepts_policy="on")
print(json.dumps(shown(answer)))
"""
SPONSOR = """
from guests.models import GuestType
sign_in("sami")
kind = GuestType.objects.get(name="Contractor (default)").pk
answer = send("/sponsor/", first_name="Hugo", last_name="Hahn", email="hugo@guest.example", phone="",
              company="", guest_type=kind, begins_at="", ends_at="{ends_at}", language="fr")
secrets = shown(answer)
if {notifies}:
    page = answer.redirect_chain[-1][0]
    send(page, target=page + "notify/")
print(json.dumps(secrets))
"""


@dataclass
class Lab:
    """One Standalone node with its relay."""

    house: Installation
    relay: SmtpServer

    def browse(self, steps: str) -> Any:
        """Let a browser take some steps and return what it printed."""
        done = self.house.manage("shell", "-v0", "-c", BROWSER + steps, **SURROUNDINGS)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def mail_to(self, recipient: str, *, containing: str) -> tuple[Any, EmailMessage]:
        """Wait for a mail to somebody and return it as the relay stored it, and parsed."""

        def find() -> tuple[Any, EmailMessage] | None:
            for stored in self.relay.messages:
                message = email.message_from_bytes(stored.data, policy=email.policy.default)
                if stored.recipients == [recipient] and containing in text_of(message):
                    return stored, message
            return None

        found: tuple[Any, EmailMessage] = eventually(find, within_seconds=60, what=f"mail to {recipient}")
        return found


SURROUNDINGS = {
    "ISE_MAIL_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "ISE_MAIL_FQDN": "ise3-1.testlab.com",
}


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    authority = Authority.root()
    with (
        running_broker() as broker,
        SmtpServer(
            certificate=authority.issue("127.0.0.1"),
            users={"relay": "s3cret-of-relay"},
            requires_auth=True,
            requires_tls=True,
        ) as relay,
        installed(tmp_path_factory.mktemp("guests"), broker_url=broker.url) as house,
    ):
        (house.folder / "root.pem").write_bytes(authority.pem)
        (house.folder / "password").write_text("quiet-harbor-lantern-82\n")
        for words in (
            ("trust_import", str(house.folder / "root.pem"), "--for", "infrastructure,endpoints"),
            ("user_add", "sami", "--group", "OWN_ACCOUNTS (default)", "--email", "sami@testlab.com",
             "--password-file", str(house.folder / "password")),
            ("shell", "-v0", "-c", SAVE_RELAY.format(port=relay.port)),
            ("shell", "-v0", "-c", "from accounts.models import User; "
             "User.objects.update(must_change_password=False)"),
        ):  # fmt: skip
            done = house.manage(*words)
            assert done.returncode == 0, done.stderr
        house.spawn("run_node", **SURROUNDINGS)
        house.spawn("notifyd", **SURROUNDINGS)
        yield Lab(house, relay)


def test_a_guest_who_registers_has_the_same_credentials_on_the_page_and_by_mail(lab: Lab) -> None:
    user_name, password = lab.browse(REGISTER)
    stored, message = lab.mail_to("gita@guest.example", containing=password)
    assert user_name in text_of(message)
    assert message["Subject"] == "Your Guest Account Credentials"
    assert message["From"] == "wifi@testlab.com"
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "image/png",
    ]
    assert stored.tls_version.startswith("TLSv1.")
    assert stored.user == "relay"


def test_the_sealed_password_is_gone_soon_after_the_relay_took_the_mail(lab: Lab) -> None:
    user_name, password = lab.browse(REGISTER.replace("gita@", "gita2@"))
    lab.mail_to("gita2@guest.example", containing=password)
    query = (
        f"SELECT count(*) FROM guests_guestaccount WHERE user_name = '{user_name}' AND sealed_password = ''"
    )
    eventually(lambda: lab.house.value(query) == 1, what="the sealed password is erased")
    content = b"".join(file.read_bytes() for file in lab.house.folder.glob("*.sqlite3*"))
    assert password.encode() not in content
    assert password not in lab.house.log_of("run_node") + lab.house.log_of("notifyd")


def test_a_sponsor_presses_notify_and_the_mail_comes_in_the_sponsors_name(lab: Lab) -> None:
    user_name, password = lab.browse(SPONSOR.format(ends_at="", notifies=True))
    _, message = lab.mail_to("hugo@guest.example", containing=password)
    assert user_name in text_of(message)
    assert message["From"] == "sami@testlab.com"
    assert message["Content-Language"] == "fr"


def test_the_daemon_tells_a_guest_once_that_the_account_ends(lab: Lab) -> None:
    tomorrow = "{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    steps = SPONSOR.replace('"{ends_at}"', f'f"{tomorrow}"').replace("hugo@", "hilda@")
    user_name, _ = lab.browse(steps.replace("{notifies}", "False"))
    lab.mail_to("hilda@guest.example", containing=user_name)
    query = (
        "SELECT m.persona, m.node, count(*) FROM notifications_outgoingmail m "
        "WHERE m.category = 'guest_expiry' AND m.state = 'SENT' GROUP BY m.persona, m.node"
    )
    eventually(lambda: lab.house.rows(query) == [("pan", "ise3-1", 1)], what="one notice, from the PAN")
