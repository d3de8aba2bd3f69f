"""The door of the trusted certificates: import, edit, delete, and what a connection sees."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, transaction

from certificates import truststore, view_cache
from certificates.models import Band, Status, StoreVersion, TrustedCertificate
from certificates.pki.fields import name_key
from certificates.truststore import Change, ImportRefused, ImportResult, Usage
from console.models import AuditEvent
from tests.support.pki import DAY, Made, Recipe, intermediate, make, root, server

pytestmark = pytest.mark.django_db
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


def imported(now: datetime, *made: Made, usages: frozenset[Usage] = BOTH, **options: object) -> ImportResult:
    data = b"".join(item.pem for item in made)
    settings = {"accept_warnings": True} | options
    return truststore.import_certificates(data=data, usages=usages, actor="ada", now=now, **settings)


def refused(now: datetime, data: bytes, **options: object) -> list[tuple[str, str | None, str]]:
    before = TrustedCertificate.objects.count(), AuditEvent.objects.count(), StoreVersion.current()
    with pytest.raises(ImportRefused) as caught:
        truststore.import_certificates(data=data, usages=BOTH, actor="ada", now=now, **options)
    assert before == (TrustedCertificate.objects.count(), AuditEvent.objects.count(), StoreVersion.current())
    return [(f.code, f.params.get("block"), f.severity) for f in caught.value.findings]


def test_an_import_keeps_every_field_as_a_column(authority: Made, now: datetime) -> None:
    issuing = intermediate(authority)
    result = imported(now, issuing, name="Branch CA", description="Lab")
    row = TrustedCertificate.objects.get(pk=result.certificates[0].id)
    assert (row.friendly_name, row.description, row.status) == ("Branch CA", "Lab", Status.ENABLED)
    assert row.usages == BOTH
    assert (row.issued_to, row.issued_by) == ("Testlab Issuing CA", "Testlab Root CA")
    assert row.subject == "CN=Testlab Issuing CA,O=Testlab"
    assert (row.signature_algorithm, row.key_kind, row.key_bits) == ("SHA256WITHECDSA", "EC", 256)
    assert row.not_after == issuing.certificate.not_valid_after_utc
    assert row.sha256 == issuing.sha256 and bytes(row.der) == issuing.der
    assert int(row.serial_hex, 16) == issuing.certificate.serial_number


def test_an_empty_name_is_made_of_both_names_and_a_number(authority: Made, now: datetime) -> None:
    first = imported(now, authority).certificates[0]
    second = imported(now, root()).certificates[0]
    assert first.friendly_name == "Testlab Root CA#Testlab Root CA#00001"
    assert second.friendly_name == "Testlab Root CA#Testlab Root CA#00002"


def test_a_given_name_is_numbered_in_a_bundle(authority: Made, now: datetime) -> None:
    result = imported(now, authority, intermediate(authority), name="Lab")
    assert [c.friendly_name for c in result.certificates] == ["Lab", "Lab (2)"]


def test_an_import_is_audited_without_the_certificate_itself(authority: Made, now: datetime) -> None:
    imported(now, authority, name="Lab")
    event = AuditEvent.objects.get(action="certificate.import")
    assert (event.actor, event.target) == ("ada", "Lab")
    assert event.after["trusted_for"] == ["endpoints", "infrastructure"]
    assert event.after["sha256"] == authority.sha256


def test_a_duplicate_is_refused_with_the_name_it_has(authority: Made, now: datetime) -> None:
    imported(now, authority, name="Lab")
    other = root("Other CA")
    assert refused(now, other.pem + authority.pem) == [("DUPLICATE", "2", "E")]


def test_a_private_key_refuses_the_certificate_beside_it(authority: Made, now: datetime) -> None:
    assert refused(now, authority.pem + authority.key_pem) == [("PRIVATE_KEY", "2", "E")]


def test_a_broken_block_refuses_the_sound_one_beside_it(authority: Made, now: datetime) -> None:
    assert refused(now, authority.pem + authority.pem.replace(b"\nM", b"\n!", 1)) == [
        ("BLOCK_BROKEN", "2", "E")
    ]


def test_a_name_in_use_is_refused_whatever_its_letters_look_like(authority: Made, now: datetime) -> None:
    imported(now, root("Other CA"), name="lab")
    assert refused(now, authority.pem, name="LAB") == [("NAME_TAKEN", None, "E")]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda ca, now: server(ca), "NOT_A_CA"),
        (lambda ca, now: intermediate(ca, not_after=now - DAY), "CERT_EXPIRED"),
        (lambda ca, now: intermediate(ca, not_before=now + DAY), "CERT_NOT_YET_VALID"),
        (lambda ca, now: intermediate(ca, not_after=now + 9 * DAY), "CERT_EXPIRES_SOON"),
        (lambda ca, now: intermediate(ca, key_cert_sign=False), "NO_CERT_SIGN"),
    ],
)
def test_a_doubtful_certificate_asks_for_a_confirmation_first(
    authority: Made, now: datetime, made, code
) -> None:
    item = made(authority, now)
    assert refused(now, item.pem) == [(code, "1", "W")]
    assert [f.code for f in imported(now, item).warnings] == [code]


def test_the_same_key_under_the_same_name_asks_for_a_confirmation_first(
    authority: Made, now: datetime
) -> None:
    imported(now, authority)
    renewed = make(Recipe("Testlab Root CA", ca=True, key=authority.key, not_after=now + 900 * DAY))
    assert refused(now, renewed.pem) == [("SAME_AUTHORITY", "1", "W")]


@pytest.mark.parametrize(
    ("usages", "is_allowed"),
    [
        (set(), True),
        ({Usage.INFRASTRUCTURE}, True),
        ({Usage.ENDPOINTS}, False),
        ({Usage.INFRASTRUCTURE, Usage.ENDPOINTS}, True),
        ({Usage.ADMIN_AUTH}, False),
        ({Usage.INFRASTRUCTURE, Usage.ADMIN_AUTH}, False),
        ({Usage.ENDPOINTS, Usage.ADMIN_AUTH}, False),
        ({Usage.INFRASTRUCTURE, Usage.ENDPOINTS, Usage.ADMIN_AUTH}, True),
        ({Usage.CISCO_SERVICES}, True),
        (set(Usage), True),
    ],
)
def test_the_boxes_depend_on_each_other_at_the_door_and_in_the_database(
    usages: set[Usage], is_allowed: bool, authority: Made, now: datetime
) -> None:
    if is_allowed:
        row = TrustedCertificate.objects.get(
            pk=imported(now, authority, usages=frozenset(usages)).certificates[0].id
        )
        assert row.usages == usages
        return
    with pytest.raises(ImportRefused) as caught:
        imported(now, authority, usages=frozenset(usages))
    assert {finding.code for finding in caught.value.findings} == {"USAGE_NEEDS"}
    stored = TrustedCertificate.objects.get(
        pk=imported(now, authority, usages=frozenset()).certificates[0].id
    )
    stored.set_usages(frozenset(usages))
    with pytest.raises(IntegrityError), transaction.atomic():
        stored.save()


def test_a_failing_audit_leaves_nothing_behind(authority: Made, now: datetime) -> None:
    with mock.patch("console.audit.AuditEvent.save", side_effect=OSError), pytest.raises(OSError):
        imported(now, authority)
    assert not TrustedCertificate.objects.exists()
    assert StoreVersion.current() == (0, None)


def change(**details: object) -> Change:
    settings = {"friendly_name": "Lab", "description": "", "status": Status.ENABLED, "usages": BOTH}
    return Change(**(settings | details))


def test_an_edit_changes_name_status_and_boxes_and_says_so_in_the_audit(
    authority: Made, now: datetime
) -> None:
    pk = imported(now, authority, name="Lab").certificates[0].id
    wanted = change(friendly_name="Root", status=Status.DISABLED, usages=frozenset({Usage.INFRASTRUCTURE}))
    assert truststore.edit(certificate_id=pk, change=wanted, actor="ada", now=now)
    row = TrustedCertificate.objects.get(pk=pk)
    assert (row.friendly_name, row.status, row.usages) == ("Root", "disabled", {Usage.INFRASTRUCTURE})
    event = AuditEvent.objects.get(action="certificate.edit")
    assert event.before == {
        "friendly_name": "Lab",
        "status": "enabled",
        "trusted_for": ["endpoints", "infrastructure"],
    }
    assert event.after["trusted_for"] == ["infrastructure"]


def test_an_edit_that_changes_nothing_is_no_change(authority: Made, now: datetime) -> None:
    pk = imported(now, authority, name="Lab").certificates[0].id
    version = StoreVersion.current()
    assert not truststore.edit(certificate_id=pk, change=change(), actor="ada", now=now)
    assert StoreVersion.current() == version
    assert not AuditEvent.objects.filter(action="certificate.edit").exists()


def test_an_edit_into_the_name_of_another_is_refused(authority: Made, now: datetime) -> None:
    imported(now, root("Other CA"), name="Other")
    pk = imported(now, authority, name="Lab").certificates[0].id
    with pytest.raises(truststore.EditRefused) as caught:
        truststore.edit(certificate_id=pk, change=change(friendly_name="OTHER"), actor="ada", now=now)
    assert [finding.code for finding in caught.value.findings] == ["NAME_TAKEN"]


def test_a_name_may_change_the_case_of_its_own_letters(authority: Made, now: datetime) -> None:
    pk = imported(now, authority, name="Lab").certificates[0].id
    assert truststore.edit(certificate_id=pk, change=change(friendly_name="LAB"), actor="ada", now=now)


def test_a_deleted_certificate_is_gone_and_the_audit_keeps_its_fingerprint(
    authority: Made, now: datetime
) -> None:
    pk = imported(now, authority, name="Lab").certificates[0].id
    assert truststore.delete(certificate_id=pk, actor="ada", now=now) == "Lab"
    assert AuditEvent.objects.get(action="certificate.delete").before["sha256"] == authority.sha256
    with pytest.raises(truststore.NotFound):
        truststore.delete(certificate_id=pk, actor="ada", now=now)


def test_a_view_holds_the_enabled_rows_of_its_usage_and_looks_the_others_up(
    authority: Made, now: datetime
) -> None:
    imported(now, authority, name="usable")
    imported(now, root("A"), name="other purpose", usages=frozenset({Usage.CISCO_SERVICES}))
    imported(now, root("B", not_after=now - DAY), name="expired")
    switched_off = root("C")
    pk = imported(now, switched_off, name="disabled").certificates[0].id
    truststore.edit(
        certificate_id=pk,
        change=change(friendly_name="disabled", status=Status.DISABLED),
        actor="ada",
        now=now,
    )
    view = truststore.view_for(Usage.INFRASTRUCTURE, now=now)
    assert [row.name for row in view.rows] == ["usable", "expired"]
    assert [row.name for row in view.anchors(now)] == ["usable"]
    assert [row.name for row in view.named(name_key(root("A").certificate.subject))] == ["other purpose"]
    held = view.row_of(switched_off.der)
    assert held is not None and (held.name, held.enabled) == ("disabled", False)


def test_rows_are_read_again_after_a_change_and_only_then(
    authority: Made, now: datetime, django_assert_num_queries
) -> None:
    imported(now, authority, name="Lab")
    first = truststore.view_for("infrastructure", now=now)
    with django_assert_num_queries(1):
        assert truststore.view_for("infrastructure", now=now).rows is first.rows
    imported(now, root("Other CA"))
    second = truststore.view_for("infrastructure", now=now)
    assert len(second.rows) == 2 and second.version == first.version + 1


def test_another_store_with_the_same_version_number_is_not_taken_for_this_one(
    authority: Made, now: datetime
) -> None:
    imported(now, authority)
    assert len(truststore.view_for("infrastructure", now=now).rows) == 1
    TrustedCertificate.objects.all().delete()
    StoreVersion.objects.all().delete()
    imported(now, root("A"), name="other")
    assert [row.name for row in view_cache.rows(Usage.INFRASTRUCTURE)[1]] == ["other"]


def test_expiring_lists_enabled_rows_that_end_soon_or_have_ended(now: datetime) -> None:
    for name, end in (("gone", -DAY), ("soon", 10 * DAY), ("later", 50 * DAY)):
        imported(now, root(name, not_after=now + end), name=name)
    pk = imported(now, root("off", not_after=now + DAY), name="off").certificates[0].id
    off = change(friendly_name="off", status=Status.DISABLED)
    truststore.edit(certificate_id=pk, change=off, actor="ada", now=now)
    found = truststore.expiring(now=now, within_days=30)
    assert [row.friendly_name for row in found] == ["gone", "soon"]
    assert found[0].not_after == now - DAY


def test_usable_means_enabled_ticked_and_in_date(authority: Made, now: datetime) -> None:
    assert not truststore.has_usable(Usage.INFRASTRUCTURE, now=now)
    imported(now, authority, name="Lab")
    assert truststore.has_usable("infrastructure", now=now)
    assert not truststore.has_usable(Usage.CISCO_SERVICES, now=now)
    assert not truststore.has_usable(Usage.INFRASTRUCTURE, now=now + timedelta(days=9000))


def test_who_relies_on_a_certificate_is_asked_of_those_who_registered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("certificates.detail.dependents._registered", {})
    truststore.register_dependent("smtp", lambda sha256: ["SMTP server mx"] if sha256 == "ab" else [])
    assert truststore.used_by("ab") == ("SMTP server mx",)
    assert truststore.used_by("cd") == ()


@pytest.mark.parametrize(
    ("days", "band"),
    [(-1, "expired"), (0, "30"), (29, "30"), (30, "60"), (59, "60"), (60, "90"), (89, "90"), (90, "valid")],
)
def test_a_row_and_the_database_agree_on_the_band(days: int, band: str, now: datetime) -> None:
    pk = imported(now, root("X", not_after=now + timedelta(days=days))).certificates[0].id
    row = TrustedCertificate.objects.get(pk=pk)
    assert row.band(now) == band
    assert [b.value for b in Band if TrustedCertificate.objects.in_band(b, now).exists()] == [band]
