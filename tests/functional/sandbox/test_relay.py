"""The sandbox relay as a mail client meets it, over real sockets and real TLS."""

import os
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.authority import ensure_chain
from sandbox.coordinates import Coordinates, sandbox_folder, write_coordinates
from sandbox.mailbox import Mailbox
from sandbox.ports import find_free

ROOT = Path(__file__).resolve().parents[3]
MAIL = b"From: ise@testlab.com\r\nTo: gita@testlab.com\r\nSubject: Hello\r\n\r\n.leading dot\r\nend\r\n"


@dataclass
class Relay:
    """A running relay with its data folder."""

    data: Path
    coordinates: Coordinates

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(sandbox_folder(self.data) / "ca.pem"))

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(sandbox_folder(self.data) / "inbox")

    def over_starttls(self) -> smtplib.SMTP:
        client = smtplib.SMTP("localhost", self.coordinates.starttls_port, timeout=10)
        client.starttls(context=self.context)
        client.ehlo()
        return client

    def over_tls(self) -> smtplib.SMTP:
        return smtplib.SMTP_SSL("localhost", self.coordinates.tls_port, context=self.context, timeout=10)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    data = tmp_path_factory.mktemp("data")
    ports = find_free("127.0.0.1", 23000), find_free("127.0.0.1", 23500)
    coordinates = Coordinates("127.0.0.1", *ports, user="mailer", password="s3cret")
    ensure_chain(sandbox_folder(data), now=datetime.now(UTC))
    write_coordinates(data, coordinates)
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.relay"],
        cwd=ROOT,
        env={**os.environ, "ISE_MAIL_DATA": str(data)},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 15
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the relay did not listen"
                time.sleep(0.05)
    yield Relay(data, coordinates)
    process.terminate()
    assert process.wait(10) == 0


def test_the_relay_offers_no_sign_in_before_encryption(relay: Relay) -> None:
    with smtplib.SMTP("localhost", relay.coordinates.starttls_port, timeout=10) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.docmd("AUTH", "PLAIN AG1haWxlcgBzM2NyZXQ=")[0] == 530
        assert client.docmd("MAIL FROM:<ise@testlab.com>")[0] == 530


@pytest.mark.parametrize("way", ["over_starttls", "over_tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_signed_in_client_hands_over_a_mail_and_gets_its_queue_id(
    relay: Relay, way: str, mechanism: str
) -> None:
    with getattr(relay, way)() as client:
        client.ehlo()
        client.user, client.password = relay.coordinates.user, relay.coordinates.password
        answers = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login}
        assert client.auth(mechanism, answers[mechanism])[0] == 235
        client.mail("ise@testlab.com")
        client.rcpt("gita@testlab.com")
        code, text = client.data(MAIL)
    assert code == 250
    assert text.startswith(b"2.0.0 Ok: queued as ")
    mail_id = text.split()[-1].decode()
    assert relay.mailbox.message(mail_id) == MAIL
    receipt = relay.mailbox.receipt(mail_id)
    assert (receipt.envelope_from, receipt.recipients) == ("ise@testlab.com", ("gita@testlab.com",))
    assert (receipt.user, receipt.subject) == ("mailer", "Hello")
    assert receipt.tls.startswith("TLSv1.")


@pytest.mark.parametrize("way", ["over_starttls", "over_tls"])
def test_a_wrong_password_is_refused_and_no_mail_is_taken(relay: Relay, way: str) -> None:
    with getattr(relay, way)() as client:
        client.ehlo()
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login("mailer", "guess")
        assert refused.value.smtp_code == 535
        assert client.docmd("MAIL FROM:<ise@testlab.com>")[0] == 530


def test_a_client_that_does_not_know_the_sandbox_ca_does_not_trust_the_relay(relay: Relay) -> None:
    client = smtplib.SMTP("localhost", relay.coordinates.starttls_port, timeout=10)
    with client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())


def test_the_relay_presents_its_certificate_with_the_intermediate_and_without_the_root(relay: Relay) -> None:
    chain = (sandbox_folder(relay.data) / "relay-chain.pem").read_text()
    root = (sandbox_folder(relay.data) / "ca.pem").read_text()
    assert chain.count("BEGIN CERTIFICATE") == 2
    assert root.strip() not in chain


def test_the_relay_answers_on_the_ipv6_loopback_too(relay: Relay) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        client = smtplib.SMTP("::1", relay.coordinates.starttls_port, timeout=10)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with client:
        client.starttls(context=relay.context)
        assert client.ehlo()[0] == 250
