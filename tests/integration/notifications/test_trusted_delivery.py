"""Delivering over STARTTLS with a sign-in: trust decides, and an import lets the waiting mail go at once."""

import email
import email.policy
import hashlib

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates import truststore
from certificates.chains import what_if
from certificates.truststore import Usage
from deployment.personas import Persona
from notifications import delivery, outbox, rechecks, relay
from notifications.categories import GUEST_CREDENTIALS
from notifications.mail.states import State
from notifications.models import DeliveryAttempt, OutgoingMail, RelayHealth
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
ANYTHING = st.text(max_size=80)
FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]


@pytest.fixture(autouse=True)
def nobody_rechecks(monkeypatch):
    monkeypatch.setattr(rechecks, "_rechecks", {})


@pytest.fixture
def authority():
    return Authority.root()


@pytest.fixture
def server(authority):
    with SmtpServer(certificate=authority.issue("127.0.0.1"), users={"relay": "C!sco@123"}) as running:
        relay.save(
            server=ServerSettings(
                "127.0.0.1", running.port, 5, TlsMode.STARTTLS, user="relay", password="C!sco@123"
            ),
            keep_password=False,
            allow_cleartext_password=False,
            actor="ada",
            now=timezone.now(),
            is_bound_by_egress=False,
        )
        yield running


def trust(authority):
    truststore.import_certificates(
        data=authority.der,
        usages=frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS}),
        actor="ada",
        now=timezone.now(),
    )


def post(**values):
    return outbox.post(
        category=GUEST_CREDENTIALS,
        to="gita@guest.example",
        values={"ui_user_name": "ggarg", **values},
        secret_values={"ui_password": "7h4Kp2mQ9xWd"},
        language="en",
        reference="guest:1",
        now=timezone.now(),
    )


def drain():
    return delivery.drain(persona=Persona.PSN, clock=timezone.now)


def test_a_mail_waits_without_trust_and_leaves_encrypted_as_soon_as_the_authority_is_imported(
    server, authority
):
    posted = post()
    for _ in range(3):
        drain()
        RelayHealth.objects.update(paused_until=timezone.now())
    RelayHealth.objects.update(paused_until=timezone.now().replace(year=2100))
    assert RelayHealth.objects.get().stage == "TRUST"
    mail = OutgoingMail.objects.get(pk=posted.id)
    assert (mail.state, mail.attempts, server.messages) == (State.QUEUED, 0, [])
    trust(authority)
    assert drain() == 1
    attempt = DeliveryAttempt.objects.filter(outcome="accepted").get()
    assert attempt.tls_version.startswith("TLSv1.")
    assert (server.messages[0].user, server.messages[0].ehlo_name) == ("relay", "ise3-1")


def test_a_delivery_tells_the_store_who_relies_on_the_authority_and_with_which_mails(server, authority):
    trust(authority)
    post()
    assert drain() == 1
    sha256 = hashlib.sha256(authority.der).hexdigest()
    (broken,) = what_if.broken_by(remove={sha256}, disable=(), now=timezone.now())
    assert broken.label == f"SMTP server 127.0.0.1:{server.port}"
    assert broken.code == "INTERMEDIATE_NOT_SENT"
    assert {"Guest credentials", "Alarm"} <= set(broken.carries)


def test_a_wrong_password_is_the_relays_fault_and_costs_the_mail_nothing(server, authority):
    trust(authority)
    server.users["relay"] = "changed"
    posted = post()
    drain()
    mail = OutgoingMail.objects.get(pk=posted.id)
    assert (mail.state, mail.attempts, mail.last_code) == (State.QUEUED, 0, "AUTH_REJECTED")
    assert mail.answer == "535 5.7.3 Authentication unsuccessful"
    stored = str([vars(one) for one in DeliveryAttempt.objects.all()]) + str(vars(mail))
    assert "C!sco@123" not in stored


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ANYTHING, company=ANYTHING)
def test_no_value_adds_a_command_a_recipient_or_a_header(server, authority, first, company):
    trust(authority) if not truststore.has_usable(Usage.INFRASTRUCTURE, now=timezone.now()) else None
    server.messages.clear()
    server.commands.clear()
    post(ui_first_name=first, ui_company=company, ui_end_date_time=first)
    assert drain() == 1
    verbs = [command.split(" ")[0] for command in server.commands]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    stored = server.messages[0]
    assert stored.recipients == ["gita@guest.example"]
    assert email.message_from_bytes(stored.data, policy=email.policy.default).keys() == FIELDS
