"""A renewed authority takes the place of the old one, with all that was set there, and never by itself."""

from datetime import datetime

import pytest
from django.test import Client

from certificates import truststore
from certificates.models import CrlState, OcspProfile, RevocationSettings, StoreVersion, TrustedCertificate
from certificates.truststore import Usage
from console.models import AuditEvent
from tests.support import people
from tests.support.pki import DAY, Made, root
from tests.support.uploads import TICKED, send, taken, text_of

pytestmark = pytest.mark.django_db
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


@pytest.fixture
def old() -> Made:
    return root()


@pytest.fixture
def row(old: Made, now: datetime) -> TrustedCertificate:
    """The old authority as somebody has set it up."""
    result = truststore.import_certificates(
        data=old.pem, usages=BOTH, name="Lab root", description="of the lab", actor="ada", now=now
    )
    found = TrustedCertificate.objects.get(pk=result.certificates[0].id)
    profile = OcspProfile.objects.create(name="Lab", primary_url="http://ocsp.testlab.com")
    RevocationSettings.objects.create(
        certificate=found,
        ocsp_enabled=True,
        ocsp_profile=profile,
        crl_enabled=True,
        crl_url="http://crl.testlab.com/root.crl",
        crl_bypass_if_missing=True,
    )
    CrlState.objects.create(certificate=found, der=b"list", number="7", due_at=now)
    return found


def test_it_is_offered_for_the_same_subject_and_not_chosen_by_itself(
    ada: Client, row: TrustedCertificate
) -> None:
    address = send(ada, root(), root("Other CA"))
    response = ada.get(address)
    form = response.context["form"]
    assert [value for value, _ in form.fields["replace_0"].choices] == [
        "",
        f"{row.pk}-delete",
        f"{row.pk}-disable",
    ]
    assert "Replace “Lab root” and delete it" in text_of(response)
    assert form["replace_0"].value() in {None, ""} and "replace_1" not in form.fields
    ada.post(address, TICKED | taken(0, 1))
    assert TrustedCertificate.objects.count() == 3
    row.refresh_from_db()
    assert row.is_enabled and row.friendly_name == "Lab root"


@pytest.mark.parametrize("has_same_key", [True, False], ids=["same key", "other key"])
def test_the_new_one_takes_over_all_that_was_set_and_the_old_one_is_deleted(
    ada: Client, old: Made, row: TrustedCertificate, now: datetime, has_same_key: bool
) -> None:
    TrustedCertificate.objects.filter(pk=row.pk).update(status="disabled")
    renewed = root(not_after=now + 900 * DAY, key=old.key if has_same_key else None)
    address, version = send(ada, renewed), StoreVersion.current()
    choice = taken(0) | {"replace_0": f"{row.pk}-delete", "trust_cisco_services": "on", "name_0": "typed"}
    assert "“Lab root” imported." in text_of(ada.post(address, choice, follow=True))
    new = TrustedCertificate.objects.get()
    assert new.sha256 == renewed.sha256 and new.pk != row.pk
    assert (new.friendly_name, new.description, new.status) == ("Lab root", "of the lab", "disabled")
    assert new.usages == BOTH
    settings = RevocationSettings.objects.get()
    assert (settings.certificate_id, settings.crl_url) == (new.pk, "http://crl.testlab.com/root.crl")
    assert settings.ocsp_profile is not None and settings.crl_bypass_if_missing
    kept = [(state.certificate_id, state.number) for state in CrlState.objects.all()]
    assert kept == ([(new.pk, "7")] if has_same_key else [])
    assert StoreVersion.current() != version
    event = AuditEvent.objects.get(action="certificate.replace")
    assert event.before["sha256"] == old.sha256 and event.after["sha256"] == renewed.sha256
    assert event.after["old"] == {"fate": "delete"} and event.target == "Lab root"


def test_the_old_one_can_stay_disabled_under_another_name(ada: Client, row: TrustedCertificate) -> None:
    renewed = root()
    ada.post(send(ada, renewed), taken(0) | {"replace_0": f"{row.pk}-disable"})
    row.refresh_from_db()
    assert (row.friendly_name, row.is_enabled) == ("Lab root (replaced)", False)
    new = TrustedCertificate.objects.get(sha256=renewed.sha256)
    assert (new.friendly_name, new.is_enabled, new.usages) == ("Lab root", True, BOTH)
    assert RevocationSettings.objects.get().certificate_id == new.pk
    assert AuditEvent.objects.get(action="certificate.edit").target == "Lab root (replaced)"
    event = AuditEvent.objects.get(action="certificate.replace")
    assert event.after["old"] == {"fate": "disable", "friendly_name": "Lab root (replaced)"}


def test_the_same_key_needs_no_confirmation_when_the_old_row_goes(
    ada: Client, old: Made, row: TrustedCertificate, now: datetime
) -> None:
    renewed = root(not_after=now + 900 * DAY, key=old.key)
    address = send(ada, renewed)
    assert "is the same authority with the same key" in text_of(ada.get(address))
    response = ada.post(address, TICKED | taken(0))
    assert list(response.context["form"].errors) == ["accept_warnings"]
    ada.post(address, taken(0) | {"replace_0": f"{row.pk}-delete"})
    assert TrustedCertificate.objects.get().sha256 == renewed.sha256


def test_one_that_is_gone_meanwhile_or_of_another_subject_is_not_replaced(
    ada: Client, row: TrustedCertificate, now: datetime
) -> None:
    address = send(ada, root(), root())
    both = taken(0, 1) | {f"replace_{place}": f"{row.pk}-delete" for place in (0, 1)}
    page = text_of(ada.post(address, both))
    assert "was to replace is not there any more" in page
    assert list(TrustedCertificate.objects.values_list("pk", flat=True)) == [row.pk]
    other = truststore.import_certificates(
        data=root("Other CA").pem, usages=BOTH, name="Other", actor="ada", now=now
    )
    wrong = taken(0) | {"replace_0": f"{other.certificates[0].id}-delete"}
    assert "replace_0" in ada.post(address, wrong).context["form"].errors
    assert TrustedCertificate.objects.count() == 2


def test_a_replacement_that_fails_changes_nothing(
    ada: Client, row: TrustedCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = send(ada, root())
    monkeypatch.setattr("console.audit.AuditEvent.save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ada.post(address, taken(0) | {"replace_0": f"{row.pk}-delete"})
    assert TrustedCertificate.objects.get().pk == row.pk
    assert RevocationSettings.objects.get().certificate_id == row.pk
