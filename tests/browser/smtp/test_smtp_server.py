"""The SMTP server page in a real browser: a test that fails, and a typed password that survives it."""

import threading
import time

import pytest
from playwright.sync_api import expect

from ise_mail.env import Address
from notifications import connection_tests, relay
from tests.support import people
from tests.support.browser import PHONE
from tests.support.nodes import add_node
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer

PAGE = "/admin/system/settings/proxy/smtp-server/"
PASSWORD = "C!sco@123"


@pytest.fixture
def authority() -> Authority:
    return Authority.root()


@pytest.fixture
def server(settings, authority):
    certificate = authority.intermediate().issue("127.0.0.1")
    with SmtpServer(certificate=certificate, users={"relay": PASSWORD}) as running:
        settings.ISE_MAIL_EGRESS_ALLOW = [Address("127.0.0.1", running.port)]
        yield running


@pytest.fixture
def worker(monkeypatch, now):
    """A worker that takes a test up as soon as it is published, in a thread of this process."""

    def wake_in_thread(node: str, test_id: int):
        def run() -> None:
            relay.run_test(test_id, now)

        return lambda: threading.Thread(target=run).start()

    monkeypatch.setattr(connection_tests, "_waker", wake_in_thread)


def fill(page, server: SmtpServer) -> None:
    page.get_by_label("SMTP server*").fill("127.0.0.1")
    page.get_by_label("SMTP port").fill(str(server.port))
    page.get_by_label("Use TLS/SSL encryption").check()
    page.get_by_label("Use password authentication").check()
    page.get_by_label("User name").fill("relay")
    page.get_by_label("Password", exact=True).fill(PASSWORD)


def test_a_failed_test_tells_why_and_keeps_the_typed_password(visit, server, worker, now):
    add_node("ise3-1", now)
    visitor = visit(people.ada())
    visitor.open(PAGE)
    page = visitor.page
    fill(page, server)
    page.get_by_role("button", name="Test connection").click()
    sentence = "Could not connect to SMTP server, SSL error. Please check the trusted certificates"
    expect(page.get_by_text(sentence).first).to_be_visible()
    expect(page.locator(".im-stage--bad .im-stage__name")).to_contain_text("Certificate trust")
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    page.get_by_text("Transcript").click()
    expect(page.locator(".im-transcript")).to_contain_text("C: STARTTLS")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("SMTP server saved")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    assert visitor.axe() == []


def test_a_failed_test_is_fixed_where_it_failed_and_goes_on(visit, server, authority, worker, now, tmp_path):
    """The root was not sent: the form keeps what was typed while its file is uploaded, then all is green."""
    add_node("ise3-1", now)
    visitor = visit(people.ada())
    visitor.open(PAGE)
    page = visitor.page
    fill(page, server)
    page.get_by_role("button", name="Test connection").click()
    page.get_by_role("button", name="Fix it here").click()
    repair = page.locator(".im-repair")
    repair.get_by_role("button", name="Close").click()
    expect(repair).to_have_count(0)
    expect(page.get_by_role("button", name="Fix it here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(repair).to_contain_text("did not send the certificate of “Testlab Root CA”")
    expect(repair.get_by_label("A file of the authority")).to_be_checked()
    repair.get_by_label("Testlab Issuing CA").check()
    expect(repair.get_by_label("File of the authority", exact=True)).to_be_hidden()
    repair.get_by_label("Last 8 characters").fill("00000000")
    repair.get_by_role("button", name="Trust it and test again").click()
    expect(repair.locator("#div_repair_fingerprint_end")).to_contain_text("not the end of its fingerprint")
    assert visitor.axe() == []
    file = tmp_path / "root.cer"
    file.write_bytes(authority.pem)
    repair.get_by_label("A file of the authority").check()
    repair.get_by_label("File of the authority", exact=True).set_input_files(file)
    repair.get_by_role("button", name="Trust it and test again").click()
    expect(page.get_by_text("Successfully connected to SMTP server").first).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)


def test_a_refused_test_marks_the_field_and_loses_nothing(visit, server, now):
    add_node("ise3-1", now)
    visitor = visit(people.ada())
    visitor.open(PAGE)
    page = visitor.page
    fill(page, server)
    page.get_by_label("SMTP port").fill("70000")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#div_id_port")).to_contain_text("Enter a port from 1 to 65535.")
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    expect(page.get_by_label("User name")).to_have_value("relay")
    assert visitor.axe() == []


def test_the_question_about_a_password_in_clear_shows_only_without_encryption(visit, now):
    visitor = visit(people.ada())
    visitor.open(PAGE)
    page = visitor.page
    question = page.get_by_label("Send the password without encryption")
    expect(question).to_be_hidden()
    page.get_by_label("Use password authentication").check()
    expect(question).to_be_visible()
    page.get_by_label("Use TLS/SSL encryption").check()
    expect(question).to_be_hidden()


@pytest.mark.parametrize(("size", "scheme"), [((1440, 900), "dark"), (PHONE, "light")])
def test_the_page_is_accessible_in_every_look(visit, server, worker, now, size, scheme):
    add_node("ise3-1", now)
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(PAGE)
    fill(visitor.page, server)
    visitor.page.get_by_role("button", name="Test connection").click()
    expect(visitor.page.locator(".im-verdict--bad")).to_be_visible()
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def test_a_node_whose_worker_does_not_listen_is_named_within_five_seconds(visit, server, now):
    add_node("ise3-1", now)
    visitor = visit(people.ada())
    visitor.open(PAGE)
    fill(visitor.page, server)
    visitor.page.get_by_role("button", name="Test connection").click()
    began_at = time.monotonic()
    expect(visitor.page.get_by_text("No worker on node ise3-1 took up the test")).to_be_visible(timeout=8000)
    assert time.monotonic() - began_at < 6
    expect(visitor.page.get_by_text("the node sends none of its mail")).to_be_visible()
