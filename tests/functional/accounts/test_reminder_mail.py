"""Password reminders from the policy to two mailboxes, through the processes of two nodes."""

import email
import email.policy
from pathlib import Path

from tests.support.broker import running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.smtpd import SmtpServer

PREPARE = """
from datetime import timedelta
from django.utils import timezone
from accounts import policy
from accounts.models import User
from notifications import relay
from notifications.smtp.settings import ServerSettings
now = timezone.now()
relay.save(server=ServerSettings("127.0.0.1", {port}), keep_password=False, allow_cleartext_password=False,
           actor="ada", now=now, is_bound_by_egress=False)
policy.save(lifetime_days=45, remind_days_before=15, actor="ada", now=now)
User.objects.update(password_changed_at=now - timedelta(days=40, hours=-1))
User.objects.filter(username="hana").update(password_changed_at=now)
"""
ATTEMPTS = (
    "SELECT m.category, m.persona, a.node, a.outcome FROM notifications_deliveryattempt a "
    "JOIN notifications_outgoingmail m ON m.id = a.mail_id"
)


def managed(house: Installation, *words: str) -> None:
    done = house.manage(*words)
    assert done.returncode == 0, done.stderr


def prepared(house: Installation, relay: SmtpServer) -> None:
    """Make a relay, a policy, two people whose password ends in five days, and one with a new one."""
    password = house.folder / "password"
    password.write_text("quiet-harbor-lantern-82\n")
    for name, group in (
        ("ada", "Super Admin"),
        ("hana", "Helpdesk Admin"),
        ("sami", "ALL_ACCOUNTS (default)"),
    ):
        details = ("--email", f"{name}@testlab.com", "--first-name", name.title(), "--last-name", "Berg")
        managed(house, "user_add", name, "--group", group, *details, "--password-file", str(password))
    managed(house, "shell", "-v0", "-c", PREPARE.format(port=relay.port))


def test_reminders_are_mailed_once_from_the_node_that_administers(tmp_path: Path) -> None:
    with (
        running_broker() as broker,
        SmtpServer() as relay,
        installed(tmp_path, broker_url=broker.url) as house,
    ):
        prepared(house, relay)
        for node, personas in (("ise3-1", "pan"), ("ise3-2", "mnt,psn")):
            names = {"ISE_MAIL_PERSONAS": personas, "ISE_MAIL_FQDN": f"{node}.testlab.com"}
            house.spawn("run_node", node=node, **names)
            house.spawn("notifyd", node=node, **names)
        mails = relay.wait_for_messages(2, seconds=90)
        sent = ("password_expiry", "pan", "ise3-1", "accepted")
        eventually(lambda: house.rows(ATTEMPTS) == [sent, sent], what="both attempts are recorded")
        assert len(relay.messages) == 2

    assert sorted(mail.recipients[0] for mail in mails) == ["ada@testlab.com", "sami@testlab.com"]
    for mail in mails:
        message = email.message_from_bytes(mail.data, policy=email.policy.default)
        body = message.get_body(("plain",))
        assert message["Subject"] == "Your Password Is About to Expire"
        assert body is not None
        assert "expires in 5 days" in body.get_content()
        page = "/sponsor/password/" if mail.recipients == ["sami@testlab.com"] else "/password/change/"
        assert page in body.get_content()
