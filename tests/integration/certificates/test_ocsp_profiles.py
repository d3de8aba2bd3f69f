"""The OCSP client profiles: their door and their pages."""

from dataclasses import replace
from datetime import datetime
from html import unescape

import pytest
from django.test import Client

from certificates import truststore
from certificates.models import OcspAnswer, OcspProfile, RevocationSettings, StoreVersion, TrustedCertificate
from certificates.revocation import profiles
from certificates.revocation.profiles import AddressMissing, NameTaken, Profile, ProfileInUse, ProfileUnknown
from console.models import AuditEvent
from tests.support import people
from tests.support.pki import DAY, root

pytestmark = pytest.mark.django_db
LIST = "/admin/system/certificates/ocsp-profiles/"
LAB = Profile(name="Lab", primary_url="http://ocsp.testlab.com/")
TYPED = {
    "name": "Lab",
    "description": "The lab's responder",
    "primary_url": "http://ocsp.testlab.com/",
    "timeout_seconds": "7",
    "cache_minutes": "60",
    "enable_nonce": "on",
}


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


def text_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def add(now: datetime, profile: Profile = LAB) -> int:
    return profiles.add(profile=profile, actor="ada", now=now)


def validate(
    profile_id: int, now: datetime, name: str = "Testlab Root CA", *, is_on: bool = True
) -> TrustedCertificate:
    result = truststore.import_certificates(
        data=root(name).pem, usages=frozenset(), name=name, accept_warnings=True, actor="ada", now=now
    )
    certificate = TrustedCertificate.objects.get(pk=result.certificates[0].id)
    RevocationSettings.objects.create(certificate=certificate, ocsp_enabled=is_on, ocsp_profile_id=profile_id)
    return certificate


def keep_answer(profile_id: int, now: datetime, serial: str = "01") -> None:
    OcspAnswer.objects.create(
        issuer_key="k",
        serial_hex=serial,
        profile_id=profile_id,
        response=b"",
        url="http://ocsp.testlab.com/",
        received_at=now,
        keep_until=now + DAY,
    )


def test_a_profile_is_stored_and_audited(now: datetime) -> None:
    profile_id = add(now)
    assert profiles.chosen(OcspProfile.objects.get(pk=profile_id)) == LAB
    event = AuditEvent.objects.latest("pk")
    assert (event.actor, event.action, event.target) == ("ada", "ocsp_profile.add", "Lab")
    assert event.after["primary_url"] == "http://ocsp.testlab.com/"


def test_two_profiles_cannot_share_a_name(now: datetime) -> None:
    add(now)
    with pytest.raises(NameTaken):
        add(now, replace(LAB, name="lab"))
    other = add(now, replace(LAB, name="Branch"))
    with pytest.raises(NameTaken):
        profiles.edit(profile_id=other, profile=LAB, actor="ada", now=now)


def test_a_profile_that_would_ask_nobody_is_refused(now: datetime) -> None:
    with pytest.raises(AddressMissing):
        add(now, replace(LAB, primary_url="", secondary_url="http://second.testlab.com/"))
    assert add(now, replace(LAB, primary_url="", use_aia=True))


def test_an_edit_writes_down_what_changed_and_changes_the_store(now: datetime) -> None:
    profile_id = add(now)
    before = StoreVersion.current()
    assert profiles.edit(profile_id=profile_id, profile=replace(LAB, timeout_seconds=9), actor="ada", now=now)
    event = AuditEvent.objects.latest("pk")
    assert (event.before, event.after) == ({"timeout_seconds": 5}, {"timeout_seconds": 9})
    assert StoreVersion.current() != before


def test_an_edit_that_changes_nothing_leaves_no_trace(now: datetime) -> None:
    profile_id = add(now)
    count = AuditEvent.objects.count()
    assert not profiles.edit(profile_id=profile_id, profile=LAB, actor="ada", now=now)
    assert AuditEvent.objects.count() == count


def test_answers_taken_under_other_rules_are_forgotten_and_a_new_name_keeps_them(now: datetime) -> None:
    lenient = replace(LAB, validate_signature=False)
    profile_id = add(now, lenient)
    keep_answer(profile_id, now)
    profiles.edit(profile_id=profile_id, profile=replace(lenient, name="New"), actor="ada", now=now)
    assert OcspAnswer.objects.count() == 1
    profiles.edit(profile_id=profile_id, profile=replace(LAB, name="New"), actor="ada", now=now)
    assert OcspAnswer.objects.count() == 0


def test_a_profile_in_use_is_not_deleted_and_names_its_users(now: datetime) -> None:
    profile_id = add(now)
    certificate = validate(profile_id, now)
    with pytest.raises(ProfileInUse) as refused:
        profiles.delete(profile_id=profile_id, actor="ada", now=now)
    assert refused.value.users.first == ((certificate.pk, "Testlab Root CA"),)
    assert OcspProfile.objects.exists()


def test_a_profile_that_is_only_remembered_by_a_certificate_can_go(now: datetime) -> None:
    profile_id = add(now)
    certificate = validate(profile_id, now, is_on=False)
    assert profiles.delete(profile_id=profile_id, actor="ada", now=now) == "Lab"
    assert RevocationSettings.objects.get(certificate=certificate).ocsp_profile is None
    assert AuditEvent.objects.latest("pk").action == "ocsp_profile.delete"
    with pytest.raises(ProfileUnknown):
        profiles.delete(profile_id=profile_id, actor="ada", now=now)


def test_clearing_the_cache_forgets_the_answers_of_this_profile_only(now: datetime) -> None:
    first, second = add(now), add(now, replace(LAB, name="Branch"))
    for serial in ("01", "02"):
        keep_answer(first, now, serial)
    keep_answer(second, now)
    assert profiles.clear_cache(profile_id=first, actor="ada", now=now) == 2
    assert OcspAnswer.objects.get().profile_id == second
    assert AuditEvent.objects.latest("pk").after == {"answers": 2}


def test_the_list_is_read_with_one_query_however_many_profiles_there_are(
    now: datetime, django_assert_num_queries
) -> None:
    for number in range(5):
        validate(add(now, replace(LAB, name=f"Lab {number}")), now, f"CA {number}")
    with django_assert_num_queries(1):
        assert [row.user_count for row in profiles.listed()] == [1] * 5


def test_ada_adds_a_profile(ada: Client) -> None:
    assert "No profile yet" in text_of(ada.get(LIST))
    page = text_of(ada.post(f"{LIST}add/", TYPED, follow=True))
    assert "“Lab” saved." in page and "http://ocsp.testlab.com/" in page
    row = OcspProfile.objects.get()
    assert (row.timeout_seconds, row.cache_minutes, row.enable_nonce, row.validate_signature) == (
        7,
        60,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"name": ""}, "name", "Enter a name for the profile."),
        ({"primary_url": ""}, "primary_url", "Enter the address of a responder"),
        ({"primary_url": "ocsp.testlab.com"}, "primary_url", "begins with http:// or https://"),
        ({"primary_url": "http://a:b@x.com/"}, "primary_url", "without a user name and password"),
        ({"secondary_url": "http:///x"}, "secondary_url", "names no valid host"),
        ({"secondary_url": "http://x.com:70000/"}, "secondary_url", "from 1 to 65535"),
        ({"timeout_seconds": "0"}, "timeout_seconds", "Enter 1 to 30 seconds."),
        ({"timeout_seconds": "soon"}, "timeout_seconds", "Enter 1 to 30 seconds."),
        ({"cache_minutes": "10081"}, "cache_minutes", "Enter 0 to 10080 minutes."),
    ],
)
def test_bad_input_stands_beside_its_field_and_nothing_typed_is_lost(
    ada: Client, change: dict[str, str], field: str, sentence: str
) -> None:
    response = ada.post(f"{LIST}add/", TYPED | change)
    assert sentence in text_of(response)
    assert list(response.context["form"].errors) == [field]
    assert 'value="The lab\'s responder"' in text_of(response)
    assert not OcspProfile.objects.exists()


def test_a_port_that_the_gate_holds_shut_is_a_warning_beside_the_field(ada: Client) -> None:
    page = text_of(
        ada.post(f"{LIST}add/", TYPED | {"primary_url": "http://x.testlab.com:8888/"}, follow=True)
    )
    assert "Port 8888 is not one that this deployment may call" in page
    assert OcspProfile.objects.get().primary_url == "http://x.testlab.com:8888/"


def test_a_name_that_another_profile_has_is_refused_beside_it(ada: Client, now: datetime) -> None:
    add(now)
    assert "Another profile has this name." in text_of(ada.post(f"{LIST}add/", TYPED))


def test_the_page_of_a_profile_is_filled_and_saves(ada: Client, now: datetime) -> None:
    profile_id = add(now)
    page = text_of(ada.get(f"{LIST}{profile_id}/"))
    assert 'value="http://ocsp.testlab.com/"' in page
    ada.post(f"{LIST}{profile_id}/", TYPED)
    assert OcspProfile.objects.get().description == "The lab's responder"


def test_the_delete_page_names_the_certificates_with_links_and_offers_no_button(
    ada: Client, now: datetime
) -> None:
    profile_id = add(now)
    certificate = validate(profile_id, now)
    for answer in (ada.get(f"{LIST}{profile_id}/delete/"), ada.post(f"{LIST}{profile_id}/delete/")):
        page = text_of(answer)
        assert "This profile cannot be deleted: a certificate is validated with it." in page
        assert f'href="/admin/system/certificates/trusted/{certificate.pk}/"' in page
        assert "btn-danger" not in page
    assert OcspProfile.objects.exists()


def test_ada_deletes_a_profile_and_clears_a_cache(ada: Client, now: datetime) -> None:
    profile_id = add(now)
    keep_answer(profile_id, now)
    assert "1 kept answer forgotten." in text_of(ada.post(f"{LIST}{profile_id}/clear-cache/", follow=True))
    assert "“Lab” deleted." in text_of(ada.post(f"{LIST}{profile_id}/delete/", follow=True))


def test_hana_reads_a_profile_and_cannot_change_it(now: datetime) -> None:
    profile_id = add(now)
    hana = people.client_for(people.hana())
    page = text_of(hana.get(f"{LIST}{profile_id}/"))
    assert "disabled" in page and "Clear cache" not in page
    assert hana.post(f"{LIST}{profile_id}/", TYPED).status_code == 403
    assert hana.post(f"{LIST}{profile_id}/clear-cache/").status_code == 403
    assert OcspProfile.objects.get().timeout_seconds == 5


def test_a_profile_that_is_gone_answers_404(ada: Client) -> None:
    for path in ("7/", "7/delete/"):
        assert ada.get(LIST + path).status_code == 404
    assert ada.post(f"{LIST}7/clear-cache/").status_code == 404
