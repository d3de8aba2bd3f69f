"""OCSP client profiles and the section Certificate status validation in a real browser, on a phone too."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.models import CrlState, OcspProfile, RevocationSettings, TrustedCertificate
from certificates.revocation import profiles, settings
from certificates.revocation.profiles import Profile
from certificates.revocation.settings import RevocationChange
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.pki import DAY, root
from tests.support.seenchains import store

LIST = "/admin/system/certificates/ocsp-profiles/"
Visit = Callable[..., Visitor]


def look(visitor: Visitor, name: str) -> None:
    """Keep a picture when a folder for them is named."""
    folder = os.environ.get("ISE_MAIL_SHOTS")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"revocation-{name}.png", full_page=True)


@pytest.fixture
def stored() -> TrustedCertificate:
    now = datetime.now(UTC).replace(microsecond=0)
    lab = Profile(
        "Testlab responder",
        "Asked about everything that the lab's authority issued",
        "http://ocsp.testlab.com/",
        "http://ocsp2.testlab.com:8888/ocsp/with/a/rather/long/path/that/has/to/wrap/somewhere",
    )
    profile_id = profiles.add(profile=lab, actor="ada", now=now)
    profiles.add(profile=Profile("From the certificate", use_aia=True), actor="ada", now=now)
    certificate = store(root(), now, "Testlab Root CA")
    chosen = RevocationChange(
        ocsp_enabled=True,
        ocsp_profile_id=profile_id,
        crl_enabled=True,
        crl_url="http://pki.testlab.com/crl/testlab-root-ca.crl",
    )
    settings.change(certificate_id=certificate.pk, change=chosen, actor="ada", now=now)
    CrlState.objects.filter(pk=certificate.pk).update(
        number="4711",
        this_update=now - DAY,
        next_update=now + DAY,
        received_at=now,
        attempted_at=now,
        revoked_count=12,
    )
    return certificate


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "dark", "phone"]
)
@pytest.mark.parametrize("page", ["", "add/", "{pk}/", "{pk}/delete/"], ids=["list", "add", "edit", "delete"])
def test_every_page_of_the_profiles_is_accessible_and_fits(
    visit: Visit, stored: TrustedCertificate, page: str, size: tuple[int, int], scheme: str
) -> None:
    profile = OcspProfile.objects.get(name="Testlab responder")
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(LIST + page.format(pk=profile.pk))
    look(visitor, f"profiles-{page.format(pk='edit').replace('/', '-')}{scheme}-{size[0]}")
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def test_the_empty_list_of_profiles_is_accessible(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(LIST)
    look(visitor, "profiles-empty")
    assert visitor.axe() == []


def test_what_hana_sees_of_a_profile_is_accessible(visit: Visit, stored: TrustedCertificate) -> None:
    visitor = visit(people.hana())
    visitor.open(f"{LIST}{OcspProfile.objects.get(name='Testlab responder').pk}/")
    look(visitor, "profiles-read-only")
    assert visitor.axe() == []
    assert visitor.page.get_by_role("button", name="Save").count() == 0


def test_ada_adds_a_profile_corrects_it_and_is_warned_of_the_port(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(LIST)
    page = visitor.page
    page.get_by_role("link", name="Add").first.click()
    page.get_by_label("Name").fill("Lab")
    page.get_by_label("Primary server URL").fill("ocsp.testlab.com")
    page.get_by_role("button", name="Save").click()
    page.locator(".im-errors").wait_for()
    look(visitor, "profiles-refused")
    assert visitor.axe() == []
    page.get_by_label("Primary server URL").fill("http://ocsp.testlab.com:8888/")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("“Lab” saved.").wait_for()
    page.get_by_text("Port 8888 is not one that this deployment may call").wait_for()
    look(visitor, "profiles-warned")
    assert visitor.axe() == []
    assert OcspProfile.objects.get().primary_url == "http://ocsp.testlab.com:8888/"
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("“Lab” deleted.").wait_for()
    assert not OcspProfile.objects.exists()


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "dark", "phone"]
)
@pytest.mark.parametrize("page", ["", "edit/"], ids=["view", "edit"])
def test_the_section_of_a_certificate_is_accessible_and_fits(
    visit: Visit, stored: TrustedCertificate, page: str, size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(f"/admin/system/certificates/trusted/{stored.pk}/{page}")
    look(visitor, f"section-{page.replace('/', '-')}{scheme}-{size[0]}")
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def test_ada_switches_validation_on_and_fields_show_only_while_they_count(visit: Visit) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    service = profiles.add(
        profile=Profile("Lab", primary_url="http://ocsp.testlab.com/"), actor="ada", now=now
    )
    certificate = store(root(), now, "Testlab Root CA")
    visitor = visit(people.ada())
    visitor.open(f"/admin/system/certificates/trusted/{certificate.pk}/edit/")
    page = visitor.page
    assert not page.get_by_label("OCSP service", exact=True).is_visible()
    page.get_by_label("Validate against OCSP service").check()
    page.get_by_label("OCSP service", exact=True).select_option(str(service))
    page.get_by_label("Reject the request if OCSP returns UNKNOWN status").check()
    assert not page.get_by_label("CRL distribution URL").is_visible()
    page.get_by_label("Download CRL").check()
    page.get_by_label("CRL distribution URL").fill("ldap://dc/cn=ca")
    page.get_by_label("Automatically, before it expires").check()
    page.get_by_label("Before expiration").fill("3")
    assert not page.get_by_label("Every", exact=True).is_visible()
    page.get_by_role("button", name="Save").click()
    page.locator(".im-errors").wait_for()
    look(visitor, "section-refused")
    assert visitor.axe() == []
    page.get_by_label("CRL distribution URL").fill("http://pki.testlab.com/root.crl")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Changes saved.").wait_for()
    row = RevocationSettings.objects.get()
    assert (row.ocsp_enabled, row.ocsp_profile_id, row.ocsp_reject_unknown) == (True, service, True)
    assert (row.crl_url, row.crl_automatic, row.crl_before_amount) == (
        "http://pki.testlab.com/root.crl",
        True,
        3,
    )
