"""The audit as one reads it: filtered, searched, one event in full, and the chain's statement."""

from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client

from console import audit, audit_log
from console.audit_log import AuditQuery
from console.models import AuditEvent
from tests.support import people
from tests.support.pages import PART

pytestmark = pytest.mark.django_db


def write(
    now: datetime, *, actor: str = "ada", action: str = "smtp.save", target: str = "mail.testlab.com"
) -> AuditEvent:
    with transaction.atomic():
        return audit.record(
            actor=actor,
            action=action,
            target=target,
            before={"port": 25, "tls": "none"},
            after={"port": 587, "tls": "none", "note": "<b>new</b>"},
            now=now,
            address="10.1.2.3",
        )


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


def test_events_are_listed_newest_first(now: datetime) -> None:
    first, second = write(now), write(now, target="other")
    assert [event.pk for event in audit_log.page_of(AuditQuery(), page="1")] == [second.pk, first.pk]


@pytest.mark.parametrize(
    ("query", "targets"),
    [
        (AuditQuery(actor="omar"), ["b"]),
        (AuditQuery(action="trust.delete"), ["a"]),
        (AuditQuery(search="TRUST"), ["a"]),
        (AuditQuery(search="b"), ["b"]),
        (AuditQuery(actor="omar", action="trust.delete"), []),
    ],
)
def test_a_filter_narrows_the_list(now: datetime, query: AuditQuery, targets: list[str]) -> None:
    write(now, actor="zoe", action="trust.delete", target="a")
    write(now, actor="omar", action="smtp.save", target="b")
    assert [event.target for event in audit_log.page_of(query, page="1")] == targets


def test_a_page_out_of_range_gives_the_nearest_one(now: datetime) -> None:
    for number in range(audit_log.PAGE_SIZE + 1):
        write(now, target=str(number))
    assert len(audit_log.page_of(AuditQuery(), page="2")) == 1
    assert audit_log.page_of(AuditQuery(), page="99").number == 2
    assert audit_log.page_of(AuditQuery(), page="nonsense").number == 1


def test_the_page_of_an_event_shows_both_sides_and_marks_what_changed(now: datetime, ada: Client) -> None:
    event = write(now)
    page = ada.get(f"/admin/system/audit/{event.pk}/").content.decode()
    assert "&lt;b&gt;new&lt;/b&gt;" in page
    assert "<b>new</b>" not in page
    changed = [change.name for change in audit_log.changes(event) if change.is_changed]
    assert changed == ["note", "port"]
    assert event.hash in page


def test_an_unknown_event_is_not_found(ada: Client) -> None:
    assert ada.get("/admin/system/audit/987654/").status_code == 404


def test_a_search_without_a_hit_says_something_else_than_an_empty_audit(ada: Client) -> None:
    assert "No event matches" in ada.get("/admin/system/audit/?q=nowhere").content.decode()
    AuditEvent.objects.all().delete()
    assert "Nothing has been changed yet" in ada.get("/admin/system/audit/").content.decode()


def chain(ada: Client) -> str:
    return ada.get("/admin/system/audit/chain/", headers=PART).content.decode()


def test_the_chain_is_verified_and_a_changed_row_is_named(now: datetime, ada: Client) -> None:
    event = write(now)
    assert "Chain verified" in chain(ada)
    AuditEvent.objects.filter(pk=event.pk).update(target="somebody else")
    assert f"breaks at event {event.pk}" in chain(ada)


def test_a_chain_sealed_with_a_key_that_is_gone_names_the_key(now: datetime, ada: Client) -> None:
    event = write(now)
    AuditEvent.objects.filter(pk=event.pk).update(key_id="k-lost")
    assert "lacks the key k-lost" in chain(ada)


def test_a_chain_without_any_row_is_broken_when_it_once_had_some(now: datetime, ada: Client) -> None:
    write(now)
    AuditEvent.objects.all().delete()
    assert "all events were removed" in chain(ada)


def test_a_sponsor_may_not_read_the_audit() -> None:
    client = people.client_for(people.sami())
    assert client.get("/admin/system/audit/").status_code in {302, 403}
