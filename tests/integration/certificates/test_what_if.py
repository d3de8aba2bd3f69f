"""What a change of the store would break, decided by replaying the chains that servers have shown."""

from datetime import datetime

import pytest

from certificates import truststore
from certificates.chains import what_if
from certificates.chains.purposes import Purpose
from certificates.chains.what_if import Broken
from certificates.models import TrustedCertificate
from certificates.truststore import Usage
from tests.support.pki import DAY, Made, Recipe, intermediate, make, root, server
from tests.support.seenchains import BOTH, see, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority() -> Made:
    return root()


@pytest.fixture
def leaf(authority: Made) -> Made:
    return server(intermediate(authority))


def codes(found: tuple[Broken, ...]) -> list[tuple[str, str]]:
    return [(one.endpoint, one.code) for one in found]


def test_deleting_the_anchor_breaks_the_server_that_rests_on_it(
    authority: Made, leaf: Made, now: datetime
) -> None:
    store(authority, now)
    see([leaf, leaf.above[0]], authority, now)
    (found,) = what_if.broken_by(remove={authority.sha256}, disable=(), now=now)
    assert (found.label, found.code) == ("SMTP server mail.testlab.com:587", "UNKNOWN_ISSUER")
    assert found.cause == "The issuer “Testlab Root CA” is not in Trusted certificates."


def test_disabling_the_anchor_breaks_it_with_the_name_of_the_row(
    authority: Made, leaf: Made, now: datetime
) -> None:
    store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)
    (found,) = what_if.broken_by(remove=(), disable={authority.sha256}, now=now)
    assert found.code == "ISSUER_DISABLED" and "“Lab”" in found.cause


def test_taking_the_first_box_away_breaks_it_and_the_second_does_not(
    authority: Made, leaf: Made, now: datetime
) -> None:
    row = store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)

    def by(usages: frozenset[Usage]) -> list[tuple[str, str]]:
        return codes(what_if.broken_by_edit(row, is_enabled=True, usages=usages, now=now))

    assert by(BOTH) == []
    assert by(frozenset({Usage.INFRASTRUCTURE})) == []
    assert by(frozenset({Usage.CISCO_SERVICES})) == [("mail.testlab.com:587", "ISSUER_WRONG_USAGE")]


def test_disabling_by_an_edit_breaks_it(authority: Made, leaf: Made, now: datetime) -> None:
    row = store(authority, now, "Lab")
    see([leaf, leaf.above[0]], authority, now)
    found = what_if.broken_by_edit(row, is_enabled=False, usages=BOTH, now=now)
    assert codes(found) == [("mail.testlab.com:587", "ISSUER_DISABLED")]


def test_a_second_anchor_holds_the_chain_up(authority: Made, leaf: Made, now: datetime) -> None:
    issuing = leaf.above[0]
    store(authority, now)
    store(issuing, now)
    see([leaf, issuing], authority, now)
    for one in (authority, issuing):
        assert what_if.broken_by(remove={one.sha256}, disable=(), now=now) == ()
    both = {authority.sha256, issuing.sha256}
    assert codes(what_if.broken_by(remove=both, disable=(), now=now)) == [
        ("mail.testlab.com:587", "UNKNOWN_ISSUER")
    ]


def test_an_intermediate_that_the_server_does_not_send_is_missed(
    authority: Made, leaf: Made, now: datetime
) -> None:
    issuing = leaf.above[0]
    store(authority, now)
    store(issuing, now)
    see([leaf], issuing, now)
    found = what_if.broken_by(remove={issuing.sha256}, disable=(), now=now)
    assert codes(found) == [("mail.testlab.com:587", "INTERMEDIATE_NOT_SENT")]


def test_what_fails_already_is_not_blamed_on_the_change(authority: Made, now: datetime) -> None:
    ended = server(authority, not_after=now - DAY)
    store(authority, now)
    see([ended], authority, now - 2 * DAY)
    assert what_if.broken_by(remove={authority.sha256}, disable=(), now=now) == ()


def test_a_chain_not_seen_for_thirty_days_is_not_replayed(authority: Made, leaf: Made, now: datetime) -> None:
    store(authority, now)
    see([leaf, leaf.above[0]], authority, now - 31 * DAY)
    assert what_if.broken_by(remove={authority.sha256}, disable=(), now=now) == ()


def test_an_endpoint_that_is_no_longer_set_is_not_replayed(
    authority: Made, leaf: Made, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certificates.chains.purposes._registered", {})
    truststore.register_purpose(Purpose("smtp", "SMTP server", is_current=lambda _: False))
    store(authority, now)
    see([leaf, leaf.above[0]], authority, now)
    assert what_if.broken_by(remove={authority.sha256}, disable=(), now=now) == ()


def test_what_goes_through_the_endpoint_is_named(
    authority: Made, leaf: Made, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certificates.chains.purposes._registered", {})
    truststore.register_purpose(Purpose("smtp", "SMTP server", carries=lambda _: ["alarms", "guest mail"]))
    store(authority, now)
    see([leaf, leaf.above[0]], authority, now)
    (found,) = what_if.broken_by(remove={authority.sha256}, disable=(), now=now)
    assert found.carries == ("alarms", "guest mail")


def test_on_its_last_day_an_anchor_breaks_what_rests_on_it_alone(
    authority: Made, leaf: Made, now: datetime
) -> None:
    row = store(authority, now)
    see([leaf, leaf.above[0]], authority, now)
    assert codes(what_if.broken_by_expiry(row, now=now)) == [("mail.testlab.com:587", "UNKNOWN_ISSUER")]
    other = store(leaf.above[0], now)
    assert what_if.broken_by_expiry(row, now=now) == ()
    assert codes(what_if.broken_by_expiry(other, now=now)) == [
        ("mail.testlab.com:587", "INTERMEDIATE_NOT_SENT")
    ]


def test_a_renewed_authority_takes_over_when_the_old_one_ends(now: datetime) -> None:
    old = root(not_after=now + 9 * DAY)
    renewed = make(Recipe("Testlab Root CA", ca=True, key=old.key))
    leaf = server(old)
    row = store(old, now)
    see([leaf], old, now)
    assert len(what_if.broken_by_expiry(row, now=now)) == 1
    store(renewed, now)
    assert what_if.broken_by_expiry(row, now=now) == ()


def test_the_server_s_own_certificate_may_be_the_anchor(now: datetime) -> None:
    alone = server(None)
    store(alone, now, "mail.testlab.com")
    see([alone], alone, now)
    found = what_if.broken_by(remove={alone.sha256}, disable=(), now=now)
    assert codes(found) == [("mail.testlab.com:587", "SELF_SIGNED")]


def test_the_answer_takes_few_queries_however_many_rows_there_are(
    authority: Made, leaf: Made, now: datetime, django_assert_max_num_queries
) -> None:
    row = store(authority, now)
    fillers = TrustedCertificate.objects.values().get(pk=row.pk)
    fillers.pop("id")
    TrustedCertificate.objects.bulk_create(
        TrustedCertificate(
            **fillers | {"sha256": f"{n:064x}", "friendly_name": f"CA {n}", "subject_key": f"{n:064x}"}
        )
        for n in range(2000)
    )
    see([leaf, leaf.above[0]], authority, now)
    with django_assert_max_num_queries(4):
        found = what_if.broken_by(remove={authority.sha256}, disable=(), now=now)
    assert len(found) == 1
