"""An alarm from a certificate to the admin's mailbox, through the processes of two nodes."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support import pki
from tests.support.broker import running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.smtpd import SmtpServer

SAVE_RELAY = """
from django.utils import timezone
from notifications import relay
from notifications.smtp.settings import ServerSettings
relay.save(server=ServerSettings("127.0.0.1", {port}), keep_password=False, allow_cleartext_password=False,
           actor="ada", now=timezone.now(), is_bound_by_egress=False)
"""
ATTEMPTS = (
    "SELECT m.persona, a.node, a.outcome FROM notifications_deliveryattempt a "
    "JOIN notifications_outgoingmail m ON m.id = a.mail_id"
)


def managed(house: Installation, *words: str) -> None:
    done = house.manage(*words)
    assert done.returncode == 0, done.stderr


def prepared(house: Installation, relay: SmtpServer) -> None:
    """Give the installation a relay, an admin who wants alarms, and a certificate that ends in 20 days."""
    managed(house, "shell", "-v0", "-c", SAVE_RELAY.format(port=relay.port))
    password = house.folder / "password"
    password.write_text("quiet-harbor-lantern-82\n")
    admin = ("--group", "Super Admin", "--email", "ada@testlab.com", "--include-system-alarms")
    managed(house, "user_add", "ada", *admin, "--password-file", str(password))
    certificate = house.folder / "root.pem"
    certificate.write_bytes(pki.root("Testlab Root CA", not_after=datetime.now(UTC) + timedelta(days=20)).pem)
    managed(house, "trust_import", str(certificate), "--for", "infrastructure", "--name", "Testlab Root CA")


def test_an_expiring_certificate_is_mailed_once_from_the_node_that_monitors(tmp_path: Path) -> None:
    with (
        running_broker() as broker,
        SmtpServer() as relay,
        installed(tmp_path, broker_url=broker.url) as house,
    ):
        prepared(house, relay)
        for node, personas in (("ise3-1", "pan,psn"), ("ise3-2", "mnt")):
            names = {"ISE_MAIL_PERSONAS": personas, "ISE_MAIL_FQDN": f"{node}.testlab.com"}
            house.spawn("run_node", node=node, **names)
            house.spawn("notifyd", node=node, **names)
        (mail,) = relay.wait_for_messages(1, seconds=60)
        eventually(
            lambda: house.rows(ATTEMPTS) == [("mnt", "ise3-2", "accepted")], what="the attempt is recorded"
        )
        assert len(relay.messages) == 1
        assert house.value("SELECT count(*) FROM alarms_alarm") == 1
        owners = house.rows("SELECT DISTINCT owner FROM deployment_periodicrun WHERE job LIKE 'alarms.%'")
        assert owners == [("ise3-2",)]

    message = email.message_from_bytes(mail.data, policy=email.policy.default)
    assert mail.recipients == ["ada@testlab.com"]
    assert message["From"] == "ise@ise3-2.testlab.com"
    assert message["Subject"] == "ISE Alarm: Warning: Certificate Expiration"
    text = message.get_body(("plain",))
    assert text is not None
    wanted = r"The trusted certificate “Testlab Root CA” expires on \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC\."
    assert re.search(wanted, text.get_content())
