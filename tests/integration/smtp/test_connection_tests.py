"""The connection test as a job: what is written, who runs it, and that no secret outlives it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from certificates import truststore
from certificates.models import Status, StoreVersion, TrustedCertificate
from console.models import AuditEvent
from ise_mail.env import Address
from notifications import relay
from notifications.models import ConnectionTest
from notifications.models.relay import RunState
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support.servercerts import Authority
from tests.support.smtpd import SmtpServer, silence

pytestmark = pytest.mark.django_db
PASSWORD = "C!sco@123"


@pytest.fixture
def authority() -> Authority:
    return Authority.root()


@pytest.fixture
def server(authority: Authority, settings):
    with SmtpServer(certificate=authority.issue("127.0.0.1"), users={"relay": PASSWORD}) as running:
        settings.ISE_MAIL_EGRESS_ALLOW = [Address("127.0.0.1", running.port)]
        yield running


def wanted(server: SmtpServer, **changes) -> ServerSettings:
    base = ServerSettings("127.0.0.1", server.port, 5, TlsMode.STARTTLS, user="relay", password=PASSWORD)
    return replace(base, **changes)


def request(server: ServerSettings, *nodes: str, now=None, **options) -> list[ConnectionTest]:
    ids = relay.request_test(
        server=server, nodes=nodes or ("ise3-1",), actor="ada", now=now or datetime.now(UTC), **options
    )
    return [ConnectionTest.objects.get(pk=pk) for pk in ids]


def trust(authority: Authority, now) -> None:
    usages = {truststore.Usage.INFRASTRUCTURE, truststore.Usage.ENDPOINTS}
    truststore.import_certificates(data=authority.pem, usages=usages, actor="ada", now=now)


def test_one_row_a_node_is_written_and_the_password_is_sealed(server, now):
    tests = request(wanted(server), "ise3-1", "ise3-2")
    assert [test.node for test in tests] == ["ise3-1", "ise3-2"]
    assert len({test.group for test in tests}) == 1
    assert all(test.password_sealed and PASSWORD not in test.password_sealed for test in tests)
    event = AuditEvent.objects.get(action="smtp.test")
    assert event.after["nodes"] == ["ise3-1", "ise3-2"]
    assert PASSWORD not in str(event.after)


def test_a_test_with_an_empty_store_ends_with_its_reason_and_without_secret(server, now):
    (test,) = request(wanted(server))
    assert relay.run_test(test.pk, now)
    test.refresh_from_db()
    assert (test.state, test.code, test.stage, test.password_sealed) == (
        "done",
        "INTERMEDIATE_NOT_SENT",
        "TRUST",
        "",
    )
    assert test.process_id and test.ended_at
    assert test.transcript[-1].endswith("TLS alert 48 (unknown_ca)")
    assert test.chain[0]["pem"].startswith("-----BEGIN CERTIFICATE-----")
    assert [one["at_fault"] for one in test.chain] == [True]


def test_a_row_at_fault_is_kept_with_the_chain_that_the_server_sent(server, authority, now):
    trust(authority, now)
    TrustedCertificate.objects.update(status=Status.DISABLED)
    StoreVersion.bump()
    (test,) = request(wanted(server))
    relay.run_test(test.pk, now)
    test.refresh_from_db()
    assert test.code == "ISSUER_DISABLED"
    assert [(one["source"], one["at_fault"]) for one in test.chain] == [("presented", False), ("store", True)]


def test_a_test_with_trust_is_green_and_counts_once_the_server_is_saved(server, authority, now):
    trust(authority, now)
    (test,) = request(wanted(server))
    relay.run_test(test.pk, now)
    test.refresh_from_db()
    assert (test.code, test.params["tls"]) == ("OK", "TLSv1.3")
    assert [stage["state"] for stage in test.stages] == ["ok"] * len(test.stages)
    assert "C: EHLO ise3-1" in test.transcript
    assert not relay.has_passed_test()
    relay.save(
        server=wanted(server), keep_password=False, allow_cleartext_password=False, actor="ada", now=now
    )
    assert relay.has_passed_test()
    assert relay.last_tests(["ise3-1", "ise3-2"]) == {"ise3-1": test}
    assert truststore.used_by(test.chain[-1]["sha256"]) == (f"SMTP server 127.0.0.1:{server.port}",)
    assert truststore.used_by(test.chain[0]["sha256"]) == ()


def test_the_json_of_a_test_begins_with_the_code(server, now):
    (test,) = request(wanted(server))
    relay.run_test(test.pk, now)
    test.refresh_from_db()
    found = test.as_json()
    assert next(iter(found)) == "code"
    assert {"stages", "transcript", "chain", "node"} <= set(found)


def test_a_task_that_comes_twice_runs_once(server, now):
    (test,) = request(wanted(server))
    assert relay.run_test(test.pk, now)
    assert not relay.run_test(test.pk, now)
    assert server.connections == 1


def test_a_node_does_not_run_the_test_of_another(server, now):
    (test,) = request(wanted(server), "ise3-2")
    assert not relay.run_test(test.pk, now)
    assert server.connections == 0


def test_the_stored_password_is_tested_when_none_was_typed(server, authority, now):
    trust(authority, now)
    relay.save(
        server=wanted(server), keep_password=False, allow_cleartext_password=False, actor="ada", now=now
    )
    (test,) = request(wanted(server, password=""), keep_password=True)
    relay.run_test(test.pk, now)
    test.refresh_from_db()
    assert test.code == "OK"


def test_the_stored_password_does_not_go_to_another_host(server, now):
    relay.save(
        server=wanted(server), keep_password=False, allow_cleartext_password=False, actor="ada", now=now
    )
    with pytest.raises(relay.PasswordNeeded):
        request(wanted(server, host="127.0.0.2", password=""), keep_password=True)
    assert not ConnectionTest.objects.exists()


def test_a_sealed_password_cannot_be_moved_to_another_test(server, now):
    (one,) = request(wanted(server))
    (other,) = request(wanted(server, host="127.0.0.2"))
    ConnectionTest.objects.filter(pk=other.pk).update(password_sealed=one.password_sealed)
    relay.run_test(other.pk, now)
    other.refresh_from_db()
    assert (other.code, other.password_sealed) == ("SECRET_UNREADABLE", "")


def test_what_the_page_asks_for_keeps_the_outbound_rules(server, settings, now):
    settings.ISE_MAIL_EGRESS_ALLOW = []
    (test,) = request(wanted(server))
    relay.run_test(test.pk, now)
    test.refresh_from_db()
    assert (test.code, test.params["detail"]) == ("ADDRESS_NOT_ALLOWED", "LOOPBACK")
    (free,) = request(wanted(server), is_bound_by_egress=False)
    relay.run_test(free.pk, now)
    free.refresh_from_db()
    assert free.code == "INTERMEDIATE_NOT_SENT"
    assert server.connections == 1


def test_the_stages_appear_while_the_test_runs(server, now):
    seen = []
    (test,) = request(wanted(server))

    def look(talk) -> None:
        seen.append("called")
        silence()(talk)

    server.fail("EHLO", look)
    relay.run_test(test.pk, now)
    test.refresh_from_db()
    assert seen == ["called"]
    assert (test.code, test.stage) == ("REPLY_TIMEOUT", "EHLO")
    assert [stage["state"] for stage in test.stages[:4]] == ["ok", "ok", "ok", "bad"]


def test_a_test_that_nobody_takes_up_is_given_up_and_its_secret_erased(server, now):
    (test,) = request(wanted(server), "ise3-9", now=now)
    assert relay.give_up(now + timedelta(seconds=10)) == 0
    assert relay.give_up(now + timedelta(seconds=31)) == 1
    test.refresh_from_db()
    assert (test.state, test.code, test.password_sealed) == ("silent", "NODE_SILENT", "")
    assert not relay.run_test(test.pk, now)


def test_a_test_whose_process_died_is_ended_and_its_secret_erased(server, now):
    (test,) = request(wanted(server))
    ConnectionTest.objects.filter(pk=test.pk).update(
        state=RunState.RUNNING, give_up_at=now + timedelta(seconds=20)
    )
    assert relay.give_up(now + timedelta(seconds=10)) == 0
    assert relay.give_up(now + timedelta(seconds=21)) == 1
    test.refresh_from_db()
    assert (test.state, test.code, test.password_sealed) == ("done", "INTERNAL", "")


def test_old_tests_are_deleted(server, now):
    (test,) = request(wanted(server), now=now - timedelta(days=31))
    relay.give_up(now)
    relay.give_up(now)
    assert not ConnectionTest.objects.filter(pk=test.pk).exists()
