"""The section *Certificate status validation*: its door, its form, and the addresses that it offers."""

from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from cryptography import x509
from django.db import transaction
from django.template.loader import render_to_string

from certificates import truststore
from certificates.chains import seen
from certificates.models import CrlState, RevocationSettings, StoreVersion, TrustedCertificate
from certificates.revocation import profiles, settings
from certificates.revocation.distribution import Offer, list_address, offer_for
from certificates.revocation.overview import overview_of
from certificates.revocation.profiles import Profile
from certificates.revocation.settings import CertificateUnknown, ChangeRefused, Fault, RevocationChange
from certificates.revocation.settings_forms import RevocationForm
from console.models import AuditEvent
from tests.support.pki import DAY, Made, intermediate, root, server

pytestmark = pytest.mark.django_db
CRL_URL = "http://pki.testlab.com/root.crl"
DOWNLOAD = RevocationChange(crl_enabled=True, crl_url=CRL_URL)
TYPED = {
    "status-crl_enabled": "on",
    "status-crl_url": CRL_URL,
    "status-crl_automatic": "no",
    "status-crl_every_amount": "2",
    "status-crl_every_unit": "days",
    "status-crl_retry_amount": "15",
    "status-crl_retry_unit": "minutes",
}


def points_to(*addresses: str) -> Any:
    names = [x509.UniformResourceIdentifier(address) for address in addresses]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)]), False


def store(made: Made, now: datetime, name: str = "Testlab Root CA") -> TrustedCertificate:
    result = truststore.import_certificates(
        data=made.pem, usages=frozenset(), name=name, accept_warnings=True, actor="ada", now=now
    )
    return TrustedCertificate.objects.get(pk=result.certificates[0].id)


@pytest.fixture
def certificate(now: datetime) -> TrustedCertificate:
    return store(root(), now)


@pytest.fixture
def service(now: datetime) -> int:
    return profiles.add(profile=Profile("Lab", primary_url="http://o.testlab.com/"), actor="ada", now=now)


def change(certificate: TrustedCertificate, chosen: RevocationChange, now: datetime) -> bool:
    return settings.change(certificate_id=certificate.pk, change=chosen, actor="ada", now=now)


def faults(chosen: RevocationChange) -> set[Fault]:
    return set(settings.faults_of(chosen))


def test_without_a_row_everything_is_as_ise_has_it(certificate: TrustedCertificate) -> None:
    assert settings.current(certificate.pk) == RevocationChange()
    chosen = settings.current(certificate.pk)
    assert (chosen.crl_before_amount, chosen.crl_before_unit) == (5, "minutes")
    assert (chosen.crl_every_amount, chosen.crl_every_unit) == (1, "hours")
    assert (chosen.crl_retry_amount, chosen.crl_retry_unit) == (10, "minutes")


def test_a_change_is_stored_audited_and_changes_the_store(
    certificate: TrustedCertificate, service: int, now: datetime
) -> None:
    before = StoreVersion.current()
    chosen = replace(DOWNLOAD, ocsp_enabled=True, ocsp_profile_id=service, ocsp_reject_unknown=True)
    assert change(certificate, chosen, now)
    assert settings.current(certificate.pk) == chosen
    assert StoreVersion.current() != before
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.target) == ("certificate.status_validation", "Testlab Root CA")
    assert event.before == {
        "ocsp_enabled": False,
        "ocsp_reject_unknown": False,
        "crl_enabled": False,
        "crl_url": "",
        "ocsp_service": "",
    }
    assert event.after["ocsp_service"] == "Lab" and event.after["crl_url"] == CRL_URL


def test_the_verifier_sees_the_change_at_once(certificate: TrustedCertificate, now: datetime) -> None:
    TrustedCertificate.objects.update(trust_infrastructure=True)
    StoreVersion.bump()
    assert truststore.view_for("infrastructure", now=now).rows[0].crl is None
    change(certificate, replace(DOWNLOAD, crl_ignore_dates=True), now)
    rule = truststore.view_for("infrastructure", now=now).rows[0].crl
    assert rule is not None and (rule.url, rule.ignore_dates) == (CRL_URL, True)


def test_a_change_that_changes_nothing_leaves_no_trace(
    certificate: TrustedCertificate, now: datetime
) -> None:
    change(certificate, DOWNLOAD, now)
    count = AuditEvent.objects.count()
    assert not change(certificate, DOWNLOAD, now)
    assert AuditEvent.objects.count() == count


def test_it_is_undone_together_with_the_transaction_of_its_caller(
    certificate: TrustedCertificate, now: datetime
) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        change(certificate, DOWNLOAD, now)
        raise RuntimeError
    assert not RevocationSettings.objects.exists()
    assert not AuditEvent.objects.filter(action="certificate.status_validation").exists()


@pytest.mark.parametrize("name", settings.ONLY_WITH_CRL)
def test_an_option_of_the_list_without_a_download_is_refused_as_ise_does(
    certificate: TrustedCertificate, now: datetime, name: str
) -> None:
    with pytest.raises(ChangeRefused) as refused:
        change(certificate, RevocationChange(**{name: True}), now)
    assert refused.value.faults == (Fault(name, "NEEDS_CRL"),)
    assert not RevocationSettings.objects.exists()


def test_an_address_alone_may_stay_while_nothing_is_downloaded(
    certificate: TrustedCertificate, now: datetime
) -> None:
    assert change(certificate, RevocationChange(crl_url=CRL_URL), now)


@pytest.mark.parametrize(
    ("chosen", "fault"),
    [
        (RevocationChange(ocsp_enabled=True), Fault("ocsp_profile_id", "NO_SERVICE")),
        (RevocationChange(ocsp_reject_unknown=True), Fault("ocsp_reject_unknown", "NEEDS_OCSP")),
        (RevocationChange(ocsp_reject_unreachable=True), Fault("ocsp_reject_unreachable", "NEEDS_OCSP")),
        (RevocationChange(crl_enabled=True), Fault("crl_url", "NO_ADDRESS")),
        (RevocationChange(crl_url="ldap://x/"), Fault("crl_url", "ADDRESS")),
        (replace(DOWNLOAD, crl_every_amount=0), Fault("crl_every_amount", "AMOUNT")),
        (replace(DOWNLOAD, crl_retry_amount=1000), Fault("crl_retry_amount", "AMOUNT")),
        (replace(DOWNLOAD, crl_every_unit="years"), Fault("crl_every_unit", "UNIT")),
    ],
)
def test_what_cannot_be_chosen_is_named(chosen: RevocationChange, fault: Fault) -> None:
    assert faults(chosen) == {fault}


def test_a_service_that_was_deleted_meanwhile_is_refused(
    certificate: TrustedCertificate, now: datetime
) -> None:
    with pytest.raises(ChangeRefused):
        change(certificate, RevocationChange(ocsp_enabled=True, ocsp_profile_id=7), now)


def test_a_certificate_that_is_gone_is_said_to_be(now: datetime) -> None:
    with pytest.raises(CertificateUnknown):
        settings.change(certificate_id=7, change=DOWNLOAD, actor="ada", now=now)


def test_a_new_address_is_fetched_at_once_and_the_held_list_stays(
    certificate: TrustedCertificate, now: datetime
) -> None:
    change(certificate, DOWNLOAD, now)
    CrlState.objects.update(
        der=b"list", number="7", last_modified="yesterday", error_code="CRL_EXPIRED", due_at=now + DAY
    )
    later = now + DAY / 2
    change(certificate, replace(DOWNLOAD, crl_url="http://pki.testlab.com/new.crl"), later)
    state = CrlState.objects.get()
    assert (bytes(state.der or b""), state.number, state.last_modified) == (b"list", "7", "")
    assert (state.error_code, state.due_at) == ("", later)


def test_without_a_download_none_is_due(certificate: TrustedCertificate, now: datetime) -> None:
    change(certificate, DOWNLOAD, now)
    assert CrlState.objects.get().due_at == now
    change(certificate, RevocationChange(crl_url=CRL_URL), now)
    assert CrlState.objects.get().due_at is None


def test_the_form_takes_what_was_typed(certificate: TrustedCertificate, service: int) -> None:
    typed = TYPED | {"status-ocsp_enabled": "on", "status-ocsp_profile_id": str(service)}
    form = RevocationForm(typed | {"status-crl_ignore_dates": "on"}, certificate=certificate)
    assert form.is_valid(), form.errors
    assert form.change == RevocationChange(
        ocsp_enabled=True,
        ocsp_profile_id=service,
        crl_enabled=True,
        crl_url=CRL_URL,
        crl_every_amount=2,
        crl_every_unit="days",
        crl_retry_amount=15,
        crl_ignore_dates=True,
    )


def test_a_part_that_is_off_keeps_what_is_stored(
    certificate: TrustedCertificate, service: int, now: datetime
) -> None:
    stored = replace(DOWNLOAD, ocsp_enabled=True, ocsp_profile_id=service, crl_retry_amount=30)
    change(certificate, stored, now)
    form = RevocationForm({}, certificate=certificate)
    assert form.is_valid()
    assert form.change == replace(stored, ocsp_enabled=False, crl_enabled=False)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"status-crl_automatic": "yes"}, "crl_automatic", "only while “Download CRL” is on"),
        ({"status-crl_bypass_if_missing": "on"}, "crl_bypass_if_missing", "only while “Download CRL” is on"),
        ({"status-ocsp_reject_unknown": "on"}, "ocsp_reject_unknown", "only while “Validate against OCSP"),
        ({"status-ocsp_enabled": "on"}, "ocsp_profile_id", "Choose the OCSP service to ask."),
        ({"status-ocsp_profile_id": "99"}, "ocsp_profile_id", "not one of the available choices"),
        (TYPED | {"status-crl_url": ""}, "crl_url", "Enter the address to download the CRL from."),
        (TYPED | {"status-crl_url": "ldap://x/y"}, "crl_url", "begins with http:// or https://"),
        (TYPED | {"status-crl_every_amount": ""}, "crl_every_amount", "Enter a number from 1 to 999."),
        (TYPED | {"status-crl_every_amount": "0"}, "crl_every_amount", "Enter a number from 1 to 999."),
        (TYPED | {"status-crl_retry_amount": "x"}, "crl_retry_amount", "Enter a number from 1 to 999."),
        (TYPED | {"status-crl_automatic": "yes"}, "crl_before_amount", "Enter a number from 1 to 999."),
    ],
)
def test_what_the_form_refuses_stands_beside_its_field(
    certificate: TrustedCertificate, service: int, typed: dict[str, str], field: str, sentence: str
) -> None:
    form = RevocationForm(typed, certificate=certificate)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert sentence in form.errors[field][0]


def test_the_form_is_filled_with_what_is_stored(certificate: TrustedCertificate, now: datetime) -> None:
    change(certificate, replace(DOWNLOAD, crl_automatic=True, crl_before_amount=3), now)
    drawn = unescape(
        render_to_string(
            "certificates/_revocation_fields.html", {"form": RevocationForm(certificate=certificate)}
        )
    )
    assert f'value="{CRL_URL}"' in drawn
    assert 'name="status-crl_automatic" value="yes"' in drawn.replace("  ", " ")
    assert "There is no OCSP service to choose yet." in drawn


def test_the_first_web_address_of_a_distribution_point_is_found() -> None:
    made = root(extra=[points_to("ldap://dc/cn=ca", "http://PKI.testlab.com/a.crl", "http://b/")])
    assert list_address(made.der) == "http://pki.testlab.com/a.crl"
    assert list_address(root().der) == ""
    assert list_address(b"no certificate") == ""


def test_a_root_offers_its_own_address(now: datetime) -> None:
    certificate = store(root(extra=[points_to(CRL_URL)]), now)
    assert offer_for(certificate) == Offer(CRL_URL, is_of_issued=False)
    form = RevocationForm(certificate=certificate)
    assert form["crl_url"].value() == CRL_URL


def test_an_issuing_authority_is_told_that_its_own_address_is_that_of_another_list(now: datetime) -> None:
    certificate = store(intermediate(root(), extra=[points_to(CRL_URL)]), now)
    form = RevocationForm(certificate=certificate)
    assert form["crl_url"].value() == ""
    drawn = unescape(render_to_string("certificates/_revocation_fields.html", {"form": form}))
    assert f'placeholder="{CRL_URL}"' in drawn
    assert "What is needed here is the list that this authority signs." in drawn


def test_a_seen_certificate_of_the_authority_tells_where_its_list_is(now: datetime) -> None:
    authority = intermediate(root(), extra=[points_to(CRL_URL)])
    certificate = store(authority, now)
    leaf = server(authority, extra=[points_to("http://pki.testlab.com/issuing.crl")])
    seen.record(
        purpose="smtp",
        endpoint="mail.testlab.com:587",
        host="mail.testlab.com",
        usage="infrastructure",
        presented=[leaf.der, authority.der],
        anchor_sha256=authority.sha256,
        node="ise3-1",
        now=now,
    )
    assert offer_for(certificate) == Offer("http://pki.testlab.com/issuing.crl", is_of_issued=True)


def test_the_page_says_how_the_list_stands(certificate: TrustedCertificate, now: datetime) -> None:
    def drawn() -> str:
        context = {"revocation": overview_of(certificate.pk, now=now), "may_edit": False}
        return unescape(render_to_string("certificates/_revocation_state.html", context))

    assert "are not checked for revocation" in drawn()
    change(certificate, DOWNLOAD, now)
    assert "Not received yet" in drawn()
    CrlState.objects.update(
        number="77", received_at=now, this_update=now - DAY, next_update=now + DAY, revoked_count=12
    )
    assert "Up to date" in drawn() and ">77<" in drawn() and ">12<" in drawn()
    CrlState.objects.update(next_update=now - DAY / 2, error_code="CRL_SERVER_ODD", error_params={})
    assert "Expired" in drawn() and "CRL_SERVER_ODD" in drawn()
