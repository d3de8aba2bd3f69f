"""Acts on many trusted certificates: what is said before, what is done, and how it is undone."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from certificates import truststore
from certificates.listing import bulk, removal, restoring
from certificates.listing.bulk import Order
from certificates.listing.query import parse_query
from certificates.listing.selection import Selection, seal_of
from certificates.models import (
    CrlState,
    OcspProfile,
    Removal,
    RevocationSettings,
    Status,
    StoreVersion,
    TrustedCertificate,
)
from certificates.truststore import Usage
from console.models import AuditEvent
from tests.support import people
from tests.support.pki import DAY, Made, root

pytestmark = pytest.mark.django_db
LIST = "/admin/system/certificates/trusted/"
BULK = f"{LIST}bulk/"
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})
KEY = root("key").key


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


def store(made: Made, now: datetime, name: str, usages: frozenset[Usage] = BOTH) -> TrustedCertificate:
    result = truststore.import_certificates(
        data=made.pem, usages=usages, name=name, accept_warnings=True, actor="ada", now=now
    )
    return TrustedCertificate.objects.get(pk=result.certificates[0].id)


@pytest.fixture
def rows(now: datetime) -> list[TrustedCertificate]:
    return [store(root(f"CA {name}", key=KEY), now, name) for name in ("one", "two", "three")]


def page_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def confirmed(client: Client, values: dict[str, Any]) -> Any:
    """Open the confirmation and send its form."""
    page = page_of(client.get(BULK, values))
    seal = re.findall(r'name="seal" value="([0-9a-f]{64})"', page)[0]
    return client.post(BULK, {**values, "seal": seal}, follow=True)


def order(now: datetime, *keys: int, actor: str = "ada") -> Order:
    return Order(Selection(parse_query({}), tuple(keys)), seal_of(sorted(keys)), actor, now)


def everything(now: datetime) -> Order:
    selection = Selection(parse_query({}), is_all=True)
    return Order(selection, seal_of(selection.keys(now=now)), "ada", now)


@pytest.mark.parametrize(("act", "status"), [("disable", "disabled"), ("enable", "enabled")])
def test_ticked_rows_change_their_status_together(
    ada: Client, rows: list[TrustedCertificate], act: str, status: str
) -> None:
    other = Status.ENABLED if status == "disabled" else Status.DISABLED
    TrustedCertificate.objects.update(status=other)
    version, _stamp = StoreVersion.current()
    page = page_of(confirmed(ada, {"act": act, "chosen": [rows[0].pk, rows[2].pk]}))
    assert f"2 certificates {status}." in page
    changed = TrustedCertificate.objects.filter(status=status).order_by("pk")
    assert [row.friendly_name for row in changed] == ["one", "three"]
    assert StoreVersion.current()[0] == version + 1
    event = AuditEvent.objects.get(action=f"certificate.{act}_many")
    assert (event.actor, event.target) == ("ada", "2 certificates")
    assert event.after == {"status": status, "count": 2, "sha256": [rows[0].sha256, rows[2].sha256]}


def test_all_that_a_filter_finds_is_changed_and_nothing_else(
    ada: Client, now: datetime, rows: list[TrustedCertificate]
) -> None:
    store(root("gone", key=KEY, not_after=now - DAY), now, "gone")
    confirmed(ada, {"act": "disable", "all": "1", "expiry": "expired"})
    assert [row.friendly_name for row in TrustedCertificate.objects.filter(status="disabled")] == ["gone"]


def test_opening_the_confirmation_changes_nothing(ada: Client, rows: list[TrustedCertificate]) -> None:
    before = StoreVersion.current(), AuditEvent.objects.count()
    page = page_of(ada.get(BULK, {"act": "delete", "chosen": [row.pk for row in rows]}))
    assert "Delete 3 certificates?" in page
    assert all(row.friendly_name in page for row in rows)
    assert before == (StoreVersion.current(), AuditEvent.objects.count())


@pytest.mark.parametrize("act", ["disable", "delete"])
def test_the_confirmation_names_what_relies_on_them_and_the_usage_that_would_be_empty(
    ada: Client, rows: list[TrustedCertificate], monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    used = {rows[1].sha256: ["SMTP server mail.testlab.com"]}
    registered = {"smtp": lambda sha256: used.get(sha256, [])}
    monkeypatch.setattr("certificates.detail.dependents._registered", registered)
    page = page_of(ada.get(BULK, {"act": act, "chosen": [rows[0].pk, rows[1].pk]}))
    assert "SMTP server mail.testlab.com" in page
    assert "No usable certificate would be left" not in page
    page = page_of(ada.get(BULK, {"act": act, "all": "1"}))
    assert (
        "“Trust for authentication within ISE”: every connection for this purpose would be refused." in page
    )
    assert "“Trust for authentication of Cisco Services”" not in page


def test_a_disabled_certificate_is_no_loss(ada: Client, rows: list[TrustedCertificate]) -> None:
    TrustedCertificate.objects.update(status="disabled")
    page = page_of(ada.get(BULK, {"act": "disable", "all": "1"}))
    assert "0 of 3 are enabled now and would change." in page
    assert "No usable certificate would be left" not in page


def test_a_list_that_changed_after_the_confirmation_is_asked_about_again(
    ada: Client, now: datetime, rows: list[TrustedCertificate]
) -> None:
    page = page_of(ada.get(BULK, {"act": "delete", "all": "1"}))
    seal = re.findall(r'name="seal" value="([0-9a-f]{64})"', page)[0]
    store(root("late", key=KEY), now, "late")
    page = page_of(ada.post(BULK, {"act": "delete", "all": "1", "seal": seal}))
    assert "Nothing was done" in page and "Delete 4 certificates?" in page
    assert TrustedCertificate.objects.count() == 4


def test_nothing_selected_is_said(ada: Client, rows: list[TrustedCertificate]) -> None:
    for values in ({}, {"chosen": "4000000"}, {"chosen": "x"}, {"all": "1", "q": "nobody"}):
        assert "Nothing is selected" in page_of(ada.get(BULK, {"act": "delete", **values}))
    assert "Nothing is selected" in page_of(ada.post(BULK, {"act": "delete", "seal": seal_of([])}))
    assert TrustedCertificate.objects.count() == 3


@pytest.mark.parametrize("act", ["", "burn"])
def test_an_unknown_act_is_not_found(ada: Client, act: str) -> None:
    assert ada.get(BULK, {"act": act}).status_code == 404
    assert ada.post(BULK, {"act": act}).status_code == 404


def test_expired_certificates_are_removed_and_put_back_as_they_were(
    ada: Client, now: datetime, rows: list[TrustedCertificate]
) -> None:
    expired = store(root("gone", key=KEY, not_after=now - DAY), now, "gone")
    expired.description, expired.imported_by = "kept “as is”", "omar"
    expired.save()
    profile = OcspProfile.objects.create(name="Lab", use_aia=True)
    RevocationSettings.objects.create(
        certificate=expired, ocsp_enabled=True, ocsp_profile=profile, ocsp_reject_unknown=True
    )
    before = TrustedCertificate.objects.filter(pk=expired.pk).values().get()
    assert "Remove expired (1)" in page_of(ada.get(LIST))
    page = page_of(confirmed(ada, {"act": "delete", "all": "1", "expiry": "expired"}))
    assert "1 certificate deleted." in page and "Recently removed: 1 certificate, by ada" in page
    act = Removal.objects.get().act
    assert page.count(f"undo-{act}") == 2
    assert TrustedCertificate.objects.count() == 3
    page = page_of(ada.post(f"{LIST}removed/{act}/undo/", follow=True))
    assert "1 certificate is back." in page and "Recently removed" not in page
    after = TrustedCertificate.objects.filter(pk=expired.pk).values().get()
    assert {**after, "der": bytes(after["der"])} == {**before, "der": bytes(before["der"])}
    assert RevocationSettings.objects.get(pk=expired.pk).ocsp_profile == profile
    deleted, undone = AuditEvent.objects.filter(action__contains="delete").order_by("pk")
    assert (deleted.action, deleted.before["sha256"]) == ("certificate.delete_many", [expired.sha256])
    assert (undone.action, undone.after["count"]) == ("certificate.undo_delete", 1)


def test_a_removal_is_undone_once(now: datetime, rows: list[TrustedCertificate]) -> None:
    act = removal.remove(everything(now)).act
    restoring.undo(act=act, actor="ada", now=now)
    with pytest.raises(restoring.NothingToUndo):
        restoring.undo(act=act, actor="ada", now=now)
    assert TrustedCertificate.objects.count() == 3


def test_a_name_in_use_gets_a_number_and_a_certificate_that_is_there_again_is_skipped(
    ada: Client, now: datetime, rows: list[TrustedCertificate]
) -> None:
    again = root("CA again", key=KEY)
    store(again, now, "again")
    store(root("CA two (2)", key=KEY), now, "two (2)")
    act = removal.remove(everything(now)).act
    store(again, now, "back already")
    store(root("another", key=KEY), now, "TWO")
    page = page_of(ada.post(f"{LIST}removed/{act}/undo/", follow=True))
    assert "4 certificates are back." in page
    assert "1 has a number after its name" in page and "1 was skipped" in page
    names = set(TrustedCertificate.objects.values_list("friendly_name", flat=True))
    assert names == {"one", "two (3)", "two (2)", "three", "back already", "TWO"}


def test_settings_whose_profile_is_gone_come_back_without_ocsp_and_a_list_is_fetched_anew(
    now: datetime, rows: list[TrustedCertificate]
) -> None:
    profile = OcspProfile.objects.create(name="Lab", use_aia=True)
    RevocationSettings.objects.create(
        certificate=rows[0], ocsp_enabled=True, ocsp_profile=profile, ocsp_reject_unreachable=True
    )
    RevocationSettings.objects.create(certificate=rows[1], crl_enabled=True, crl_url="http://crl.example/a")
    act = removal.remove(everything(now)).act
    profile.delete()
    restored = restoring.undo(act=act, actor="ada", now=now)
    assert (restored.count, restored.without_ocsp) == (3, 1)
    settings = RevocationSettings.objects.get(pk=rows[0].pk)
    assert (settings.ocsp_enabled, settings.ocsp_reject_unreachable) == (False, False)
    assert CrlState.objects.get(pk=rows[1].pk).due_at == now


def test_a_removal_can_be_undone_for_24_hours_and_is_then_forgotten(
    now: datetime, rows: list[TrustedCertificate]
) -> None:
    act = removal.remove(everything(now)).act
    later = now + timedelta(hours=24)
    assert [found.act for found in removal.recent(now=later - timedelta(seconds=1))] == [act]
    assert removal.recent(now=later) == []
    with pytest.raises(restoring.NothingToUndo):
        restoring.undo(act=act, actor="ada", now=later)
    assert removal.forget(later - timedelta(seconds=1)) == 0
    assert removal.forget(later) == 1
    assert not Removal.objects.exists()


def test_a_large_removal_is_kept_in_parts_and_comes_back_whole(
    now: datetime, rows: list[TrustedCertificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certificates.listing.selection.PORTION", 2)
    act = removal.remove(everything(now)).act
    assert sorted(Removal.objects.values_list("count", flat=True)) == [1, 2]
    assert [found.count for found in removal.recent(now=now)] == [3]
    assert restoring.undo(act=act, actor="ada", now=now).count == 3


def test_nothing_is_kept_or_recorded_of_a_removal_that_fails(
    now: datetime, rows: list[TrustedCertificate]
) -> None:
    with pytest.raises(bulk.SelectionChanged):
        removal.remove(Order(Selection(parse_query({}), is_all=True), "wrong", "ada", now))
    assert not Removal.objects.exists()
    assert not AuditEvent.objects.filter(action="certificate.delete_many").exists()


def test_a_connection_does_not_trust_what_was_removed_and_trusts_it_again_after_the_undo(
    now: datetime, rows: list[TrustedCertificate]
) -> None:
    at = timezone.now()
    assert len(truststore.view_for(Usage.INFRASTRUCTURE, now=at).anchors(at)) == 3
    act = removal.remove(order(now, rows[0].pk, rows[1].pk)).act
    assert len(truststore.view_for(Usage.INFRASTRUCTURE, now=at).anchors(at)) == 1
    restoring.undo(act=act, actor="ada", now=now)
    assert len(truststore.view_for(Usage.INFRASTRUCTURE, now=at).anchors(at)) == 3


def test_the_audit_of_a_large_act_names_the_first_200(now: datetime) -> None:
    made = [root(f"CA {number}", key=KEY) for number in range(205)]
    data = b"".join(item.pem for item in made)
    truststore.import_certificates(data=data, usages=BOTH, accept_warnings=True, actor="ada", now=now)
    assert bulk.set_status(everything(now), Status.DISABLED) == 205
    event = AuditEvent.objects.get(action="certificate.disable_many")
    assert event.after["count"] == 205 and len(event.after["sha256"]) == 200


def test_hana_may_export_but_neither_change_nor_undo(rows: list[TrustedCertificate], now: datetime) -> None:
    hana = people.client_for(people.hana())
    act = removal.remove(order(now, rows[0].pk)).act
    page = page_of(hana.get(LIST))
    assert "Recently removed: 1 certificate" in page and "Export as PEM" in page
    for word in ("Remove expired", "Undo", 'value="disable"', 'value="delete"'):
        assert word not in page
    assert hana.post(f"{LIST}removed/{act}/undo/").status_code == 403
    assert hana.get(BULK, {"act": "delete", "all": "1"}).status_code == 403


def test_an_undo_that_meets_another_change_brings_nothing_back_and_can_be_tried_again(
    ada: Client, now: datetime, rows: list[TrustedCertificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    act = removal.remove(everything(now)).act
    store(root("taken", key=KEY), now, "two")
    with monkeypatch.context() as blind:
        blind.setattr(restoring, "_rename", lambda _certificates: 0)
        page = page_of(ada.post(f"{LIST}removed/{act}/undo/", follow=True))
    assert "Nothing is back yet" in page
    assert TrustedCertificate.objects.count() == 1
    assert restoring.undo(act=act, actor="ada", now=now).count == 3
