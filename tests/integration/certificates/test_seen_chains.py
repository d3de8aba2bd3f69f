"""Recording verified connections, and who relies on which trusted certificate."""

import logging
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from certificates import truststore
from certificates.chains.purposes import Purpose
from certificates.chains.seen import newest_chains, presented_of
from certificates.chains.uses import uses_of
from certificates.models import SeenChain, StoreVersion, TrustedCertificate
from certificates.pki.verify import verify
from certificates.truststore import Usage
from tests.support.pki import DAY, Made, intermediate, root, server
from tests.support.seenchains import see, store

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def authority() -> Made:
    return root()


@pytest.fixture
def leaf(authority: Made) -> Made:
    return server(intermediate(authority))


def test_a_verified_chain_is_kept_with_what_the_server_sent(
    authority: Made, leaf: Made, now: datetime
) -> None:
    see([leaf, leaf.above[0]], authority, now)
    row = SeenChain.objects.get()
    assert presented_of(row) == (leaf.der, leaf.above[0].der)
    assert (row.purpose, row.endpoint, row.host) == ("smtp", "mail.testlab.com:587", "mail.testlab.com")
    assert (row.usage, row.anchor_sha256, row.node) == ("infrastructure", authority.sha256, "ise3-1")
    assert row.first_seen_at == row.last_seen_at == now


def test_a_busy_relay_is_written_down_once_an_hour(
    authority: Made, leaf: Made, now: datetime, django_assert_num_queries
) -> None:
    see([leaf], authority, now)
    for minutes in range(0, 60, 10):
        see([leaf], authority, now + timedelta(minutes=minutes))
    assert SeenChain.objects.get().last_seen_at == now
    see([leaf], authority, now + HOUR)
    row = SeenChain.objects.get()
    assert (row.first_seen_at, row.last_seen_at) == (now, now + HOUR)


def test_another_anchor_is_written_down_at_once(authority: Made, leaf: Made, now: datetime) -> None:
    see([leaf], authority, now)
    see([leaf], leaf.above[0], now + timedelta(minutes=1))
    assert SeenChain.objects.get().anchor_sha256 == leaf.above[0].sha256


def test_recording_changes_nothing_that_decides_about_trust(
    authority: Made, leaf: Made, now: datetime
) -> None:
    store(authority, now)
    before = StoreVersion.current()
    see([leaf], authority, now)
    assert StoreVersion.current() == before


def test_a_chain_without_certificates_or_of_absurd_size_is_not_kept(
    authority: Made, leaf: Made, now: datetime
) -> None:
    see([], authority, now)
    see([leaf] * 1000, authority, now)
    assert not SeenChain.objects.exists()


def test_a_write_that_fails_is_logged_and_never_reaches_the_sender(
    authority: Made,
    leaf: Made,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr("certificates.chains.seen._write", fail)
    with caplog.at_level(logging.ERROR):
        see([leaf], authority, now)
    assert "mail.testlab.com:587 could not be written down" in caplog.text
    assert not SeenChain.objects.exists()


def test_nothing_is_written_inside_a_transaction_that_has_failed(
    authority: Made, leaf: Made, now: datetime
) -> None:
    store(authority, now, "Lab")
    with transaction.atomic():
        try:
            with transaction.atomic(savepoint=False):
                raise IntegrityError
        except IntegrityError:
            see([leaf], authority, now)
        assert connection.needs_rollback
        transaction.set_rollback(True)
    assert not SeenChain.objects.exists()


def test_chains_not_seen_for_a_year_are_forgotten(authority: Made, leaf: Made, now: datetime) -> None:
    see([leaf], authority, now - 366 * DAY)
    see([server(authority)], authority, now)
    assert SeenChain.objects.get().last_seen_at == now


def test_the_newest_chain_of_each_endpoint_counts_for_thirty_days(
    authority: Made, leaf: Made, now: datetime
) -> None:
    renewed = server(authority)
    see([leaf], authority, now - 3 * DAY)
    see([renewed], authority, now - 2 * DAY)
    see([leaf], authority, now - DAY, endpoint="mx.testlab.com:25")
    see([leaf], authority, now - 31 * DAY, endpoint="old.testlab.com:25")
    found = newest_chains(now=now)
    assert [row.endpoint for row in found] == ["mx.testlab.com:25", "mail.testlab.com:587"]
    assert presented_of(found[1]) == (renewed.der,)


@pytest.mark.parametrize("sends_root", [False, True])
def test_the_anchor_is_the_trusted_certificate_that_ended_the_chain(
    authority: Made, leaf: Made, now: datetime, sends_root: bool
) -> None:
    issuing = leaf.above[0]
    store(issuing, now, "Issuing")
    sent = [leaf.der, issuing.der] + ([authority.der] if sends_root else [])
    store(authority, now, "Root")
    view = truststore.view_for(Usage.INFRASTRUCTURE, now=now)
    verdict = verify(presented=sent, anchors=view, host="mail.testlab.com", usage=view.usage, now=now)
    assert verdict.is_ok
    assert truststore.anchor_of(verdict, view, now=now) == issuing.sha256
    TrustedCertificate.objects.filter(sha256=issuing.sha256).update(
        trust_endpoints=False, trust_infrastructure=False
    )
    StoreVersion.bump()
    view = truststore.view_for(Usage.INFRASTRUCTURE, now=now)
    verdict = verify(presented=sent, anchors=view, host="mail.testlab.com", usage=view.usage, now=now)
    assert truststore.anchor_of(verdict, view, now=now) == authority.sha256


def test_who_used_a_certificate_is_told_with_the_time_and_the_node(
    authority: Made, leaf: Made, now: datetime
) -> None:
    store(authority, now)
    see([leaf, leaf.above[0]], authority, now - 2 * DAY)
    see([server(authority)], authority, now - DAY, node="ise3-2")
    see([leaf], authority, now - 40 * DAY, endpoint="http://crl.testlab.com/", purpose="crl")
    uses = uses_of(authority.sha256)
    assert [(use.label, use.last_seen_at, use.node) for use in uses] == [
        ("SMTP server mail.testlab.com:587", now - DAY, "ise3-2"),
        ("Revocation list http://crl.testlab.com/", now - 40 * DAY, "ise3-1"),
    ]
    assert truststore.used_by(authority.sha256) == tuple(use.label for use in uses)
    assert uses_of(leaf.sha256) == ()


def test_what_other_apps_know_is_merged_without_saying_it_twice(
    authority: Made, leaf: Made, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"smtp": lambda _: ["SMTP server mail.testlab.com"], "ldap": lambda _: ["LDAP server dc1"]}
    monkeypatch.setattr("certificates.detail.dependents._registered", told)
    assert truststore.used_by(authority.sha256) == ("SMTP server mail.testlab.com", "LDAP server dc1")
    see([leaf], authority, now)
    assert truststore.used_by(authority.sha256) == ("SMTP server mail.testlab.com:587", "LDAP server dc1")


def test_an_endpoint_that_is_no_longer_set_is_told_as_such(
    authority: Made, leaf: Made, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certificates.chains.purposes._registered", {})
    truststore.register_purpose(Purpose("smtp", "Relay", is_current=lambda endpoint: endpoint == "new:25"))
    see([leaf], authority, now, endpoint="new:25")
    see([leaf], authority, now - DAY, endpoint="old:25")
    assert [(use.label, use.is_current) for use in uses_of(authority.sha256)] == [
        ("Relay new:25", True),
        ("Relay old:25", False),
    ]
    assert [row.endpoint for row in newest_chains(now=now)] == ["new:25"]
