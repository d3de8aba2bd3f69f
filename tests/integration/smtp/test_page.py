"""The SMTP server page as people of different roles use it."""

import re
from html import unescape

import pytest
from django.test import Client

from console.models import AuditEvent
from ise_mail.env import Address
from notifications import relay, relay_views
from notifications.models import ConnectionTest
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support import people
from tests.support.nodes import add_node
from tests.support.pages import PART
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer

pytestmark = pytest.mark.django_db
PAGE = "/admin/system/settings/proxy/smtp-server/"
TEST = f"{PAGE}test/"
PASSWORD = "C!sco@123"
VALUES = {"host": "mail.testlab.com", "port": "25", "timeout_seconds": "60"}
TLS = {"use_tls": "on", "negotiation": "auto", "minimum_tls": "1.2"}
SIGN_IN = {"use_password": "on", "user": "relay", "password": PASSWORD}


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


@pytest.fixture
def hana() -> Client:
    return people.client_for(people.hana())


def shown(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(response.content.decode())).split())


def errors(response, field: str) -> str:
    form = response.context["form"]
    return " ".join(form.errors.get(field, []))


def save(now, **changes) -> None:
    server = ServerSettings(
        **{"host": "mail.testlab.com", "tls": TlsMode.AUTO, "user": "relay", "password": PASSWORD, **changes}
    )
    relay.save(server=server, keep_password=False, allow_cleartext_password=True, actor="ada", now=now)


def test_the_empty_page_has_the_defaults_of_ise(ada):
    response = ada.get(PAGE)
    form = response.context["form"]
    assert (form["port"].value(), form["timeout_seconds"].value()) == (25, 60)
    assert not form["use_tls"].value() and not form["use_password"].value()
    assert "No SMTP server is saved yet" in shown(response)


def test_the_page_shows_which_node_sends_what_with_the_nodes_of_today(ada, now):
    add_node("ise3-1", now)
    text = shown(ada.get(PAGE))
    assert "Guest account expiration Primary PAN" in text
    assert "Alarms Active MnT" in text
    assert "Sponsor and guest notifications from the sponsor and guest portals PSN ise3-1" in text
    assert "Password expiration Primary PAN" in text


def test_saving_stores_what_is_on_screen_and_says_so(ada):
    response = ada.post(PAGE, {**VALUES, **TLS, **SIGN_IN, "port": "587"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "SMTP server saved" in shown(response)
    assert relay.connection_settings() == ServerSettings(
        "mail.testlab.com", 587, 60, TlsMode.AUTO, "1.2", "relay", PASSWORD, "ise3-1"
    )


def test_the_password_never_comes_back(ada, now):
    save(now)
    pages = [ada.get(PAGE), ada.post(PAGE, {**VALUES, **TLS, **SIGN_IN, "port": "x"})]
    pages.append(ada.post(TEST, {**VALUES, **TLS, **SIGN_IN, "nodes": "ise3-1"}))
    assert all(PASSWORD not in page.content.decode() for page in pages)
    assert PASSWORD not in str(list(AuditEvent.objects.values()))
    assert PASSWORD not in str(list(ConnectionTest.objects.values()))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"host": ""}, "host", "Enter the SMTP server."),
        ({"host": "smtp://mail.testlab.com"}, "host", "without smtp://"),
        ({"host": "mail.testlab.com:25"}, "host", "Enter the port in the field beside."),
        ({"host": "mail testlab"}, "host", "no spaces"),
        ({"host": "fe80::1%eth0"}, "host", "zone"),
        ({"host": "256.1.1.1"}, "host", "not a valid IP address"),
        ({"host": "2130706433"}, "host", "not a valid IP address"),
        ({"host": "-mail.testlab.com"}, "host", "not a valid host name"),
        ({"host": "a" * 64 + ".testlab.com"}, "host", "not a valid host name"),
        ({"port": "0"}, "port", "1 to 65535"),
        ({"port": "65536"}, "port", "1 to 65535"),
        ({"port": "\uff12\uff15"}, "port", "1 to 65535"),
        ({"timeout_seconds": "\u0666\u0660"}, "timeout_seconds", "1 to 300"),
        ({"port": "smtp"}, "port", "1 to 65535"),
        ({"port": ""}, "port", "1 to 65535"),
        ({"timeout_seconds": "0"}, "timeout_seconds", "1 to 300"),
        ({"timeout_seconds": "301"}, "timeout_seconds", "1 to 300"),
        ({**TLS, "negotiation": "magic"}, "negotiation", "magic"),
        ({**TLS, "minimum_tls": "1.0"}, "minimum_tls", "1.0"),
        ({**TLS, **SIGN_IN, "user": ""}, "user", "Enter the user name."),
        ({**TLS, **SIGN_IN, "password": ""}, "password", "Enter the password."),
        ({**TLS, **SIGN_IN, "user": "a\0b"}, "user", ""),
        ({**TLS, **SIGN_IN, "user": "r" * 321}, "user", "A user name has at most 320 characters."),
        ({**TLS, **SIGN_IN, "password": "p" * 1001}, "password", "A password has at most 1,000 characters."),
        (SIGN_IN, "allow_cleartext_password", "Confirm this"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field_and_nothing_typed_is_lost(ada, changes, field, sentence):
    response = ada.post(PAGE, {**VALUES, **changes})
    assert response.status_code == 200
    assert errors(response, field) and sentence in errors(response, field)
    assert not relay.is_configured()
    kept = {**VALUES, **changes}
    assert response.context["form"]["host"].value() == kept["host"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("mail", "mail"),
        ("MAIL.testlab.com.", "mail.testlab.com"),
        ("bücher.example.net", "xn--bcher-kva.example.net"),
        ("10.106.32.25", "10.106.32.25"),
        ("[2001:DB8::0:1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("relay_1.testlab.com", None),
    ],
)
def test_names_and_addresses_are_stored_in_one_form(ada, typed, stored):
    ada.post(PAGE, {**VALUES, "host": typed})
    row = relay.current()
    assert (row.host if row else None) == stored


def test_a_blank_password_keeps_the_stored_one(ada, now):
    save(now)
    ada.post(PAGE, {**VALUES, **TLS, **SIGN_IN, "password": "", "port": "587"})
    assert relay.connection_settings().password == PASSWORD
    assert relay.current().port == 587


@pytest.mark.parametrize("changes", [{"host": "evil.example.net"}, {"user": "other"}])
@pytest.mark.parametrize("address", [PAGE, TEST])
def test_a_blank_password_is_not_used_for_another_host_or_user(ada, now, changes, address):
    save(now)
    response = ada.post(address, {**VALUES, **TLS, **SIGN_IN, "password": "", "nodes": "ise3-1", **changes})
    assert "Type the password again" in errors(response, "password")
    assert relay.version() == 1
    assert not ConnectionTest.objects.exists()


def test_a_password_in_clear_is_confirmed_audited_and_warned_of(ada):
    ada.post(PAGE, {**VALUES, **SIGN_IN, "allow_cleartext_password": "on"})
    assert AuditEvent.objects.get(action="smtp.save").after["allow_cleartext_password"] is True
    assert "is sent without encryption" in shown(ada.get(PAGE))


def test_an_empty_store_is_warned_of_while_tls_is_on(ada, now):
    save(now)
    assert "every encrypted connection is refused" in shown(ada.get(PAGE))


def test_the_helpdesk_reads_and_changes_nothing(hana, now):
    save(now)
    page = hana.get(PAGE)
    assert page.status_code == 200
    assert "Test connection" not in shown(page)
    assert 'form="smtp-form"' not in page.content.decode()
    assert hana.post(PAGE, VALUES).status_code == 403
    assert hana.post(TEST, {**VALUES, "nodes": "ise3-1"}).status_code == 403


def test_a_test_is_requested_from_the_chosen_nodes_only(ada, now, django_capture_on_commit_callbacks):
    add_node("ise3-1", now)
    add_node("ise3-2", now)
    with django_capture_on_commit_callbacks() as wakers:
        ada.post(TEST, {**VALUES, "nodes": ["ise3-2"]})
    assert list(ConnectionTest.objects.values_list("node", flat=True)) == ["ise3-2"]
    assert len(wakers) == 1


@pytest.mark.parametrize("nodes", [[], ["elsewhere"]])
def test_a_test_needs_a_node_of_the_deployment(ada, nodes):
    response = ada.post(TEST, {**VALUES, "nodes": nodes})
    assert "Nothing was tested" in shown(response)
    assert not ConnectionTest.objects.exists()


def test_a_refused_test_marks_the_fields_and_leaves_the_password_alone(ada):
    response = ada.post(TEST, {**VALUES, **TLS, **SIGN_IN, "port": "0", "nodes": "ise3-1"})
    page = response.content.decode()
    assert '<div id="div_id_port" hx-swap-oob="true"' in page
    assert "Enter a port from 1 to 65535." in page
    assert 'name="password"' not in page
    assert "Correct the marked entries first" in page


def test_a_test_too_many_is_refused(ada, monkeypatch):
    monkeypatch.setattr(relay_views, "TESTS_A_MINUTE", 1)
    ada.post(TEST, {**VALUES, "nodes": "ise3-1"})
    response = ada.post(TEST, {**VALUES, "nodes": "ise3-1"})
    assert "That was too often" in shown(response)
    assert ConnectionTest.objects.count() == 1


def fresh(test: ConnectionTest) -> ConnectionTest:
    return ConnectionTest.objects.get(pk=test.pk)


def poll(client: Client, test: ConnectionTest, seen: str = ""):
    return client.get(f"{PAGE}tests/{test.group}/", {"seen": seen}, headers=PART)


def test_the_page_polls_until_the_verdict_and_shows_it(ada, settings, now):
    authority = Authority.root()
    with SmtpServer(certificate=authority.intermediate().issue("127.0.0.1")) as server:
        settings.ISE_MAIL_EGRESS_ALLOW = [Address("127.0.0.1", server.port)]
        values = {**VALUES, **TLS, "host": "127.0.0.1", "port": server.port, "nodes": "ise3-1"}
        first = ada.post(TEST, values)
        assert "every 500ms" in first.content.decode()
        assert '<div id="smtp-last-ise3-1" hx-swap-oob="innerHTML"></div>' in first.content.decode()
        assert "Testing 127.0.0.1 from ise3-1" in shown(first)
        test = ConnectionTest.objects.get()
        assert poll(ada, test, first.context["panel"].seen).status_code == 204
        relay.run_test(test.pk, now)
    last = poll(ada, test, first.context["panel"].seen)
    text = shown(last)
    assert last.status_code == 286
    assert "hx-trigger" not in last.content.decode()
    assert "Could not connect to SMTP server, SSL error. Please check the trusted certificates" in text
    assert "Testlab Root CA" in text
    assert "TCP connection" in text and "Authentication" not in text
    assert "S: 220 mail.testlab.com ESMTP ready" in text
    page = ada.get(PAGE)
    assert "SSL error" in shown(page)
    assert 'id="smtp-last-ise3-1"' in page.content.decode()
    assert "hx-swap-oob" not in last.content.decode()
    assert fresh(test).chain[-1]["pem"] not in unescape(last.content.decode())
    assert text.count("At fault") == 1


def test_a_node_without_a_worker_is_named_within_five_seconds(ada, monkeypatch, now):
    ada.post(TEST, {**VALUES, "nodes": "ise3-1"})
    test = ConnectionTest.objects.get()
    ConnectionTest.objects.update(requested_at=now - relay_page_delay(4.5))
    response = poll(ada, test)
    assert "No worker on node ise3-1 took up the test" in shown(response)
    assert "the node sends none of its mail" in shown(response)
    assert response.status_code == 200
    ConnectionTest.objects.update(requested_at=now - relay_page_delay(31))
    assert poll(ada, test).status_code == 286


def relay_page_delay(seconds: float):
    from datetime import timedelta

    return timedelta(seconds=seconds)


def test_a_test_that_is_gone_ends_the_polling(ada):
    assert ada.get(f"{PAGE}tests/0c9e0000-0000-4000-8000-000000000000/", headers=PART).status_code == 286


def test_what_a_server_says_is_escaped_on_the_page(ada, now):
    ada.post(TEST, {**VALUES, "nodes": "ise3-1"})
    ConnectionTest.objects.update(
        state="done",
        code="NOT_SMTP",
        stage="GREETING",
        ended_at=now,
        params={"text": "<script>alert(1)</script>"},
        transcript=["S: <script>alert(1)</script>"],
        stages=[
            {
                "stage": "GREETING",
                "state": "bad",
                "milliseconds": 1,
                "code": "NOT_SMTP",
                "facts": {"text": "<b>"},
            }
        ],
    )
    page = poll(ada, ConnectionTest.objects.get()).content.decode()
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2
    assert "&lt;b&gt;" in page


def test_the_step_of_the_checklist_follows_the_saved_server(ada, now):
    assert "Enter the SMTP server" in shown(ada.get("/"))
    save(now)
    from console import checklist

    assert [step.is_done() for step in checklist.steps() if step.key == "relay"] == [True]
