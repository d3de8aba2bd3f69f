"""The pages of the trusted certificates in a real browser, on a phone too, with the import from a file."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates import truststore
from certificates.models import TrustedCertificate
from certificates.truststore import Usage
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.pki import DAY, Made, intermediate, root, server

LIST = "/admin/system/certificates/trusted/"
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})
Visit = Callable[..., Visitor]


def store(made: Made, name: str) -> TrustedCertificate:
    result = truststore.import_certificates(
        data=made.pem, usages=BOTH, name=name, accept_warnings=True, actor="ada", now=datetime.now(UTC)
    )
    return TrustedCertificate.objects.get(pk=result.certificates[0].id)


@pytest.fixture
def stored() -> TrustedCertificate:
    now = datetime.now(UTC).replace(microsecond=0)
    authority = root("QuoVadis Root CA 2", not_after=now + 1826 * DAY)
    store(authority, "QuoVadis Root CA 2")
    store(intermediate(authority, "HydrantID SSL ICA G2", not_after=now + 22 * DAY), "HydrantID SSL ICA G2")
    store(root("Branch PKI Issuing CA 02", not_after=now + 54 * DAY), "Branch PKI Issuing CA 02")
    store(root("Relay Lab Root CA 2026", not_after=now + 84 * DAY), "Relay Lab Root CA 2026")
    off = store(root("Contractor Device CA", not_before=now + DAY), "Contractor Device CA")
    TrustedCertificate.objects.filter(pk=off.pk).update(status="disabled")
    return store(server(authority, "mail.cisco.com", not_after=now - 4 * DAY), "mail.cisco.com")


def look(visitor: Visitor, name: str) -> None:
    """Keep a picture when a folder for them is named."""
    folder = os.environ.get("ISE_MAIL_SHOTS")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"certificates-{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "dark", "phone"]
)
@pytest.mark.parametrize("page", ["", "{pk}/", "{pk}/delete/"], ids=["list", "detail", "delete"])
def test_every_page_is_accessible_and_fits(
    visit: Visit, stored: TrustedCertificate, page: str, size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(LIST + page.format(pk=stored.pk))
    look(visitor, f"{page.format(pk='detail').replace('/', '-')}{scheme}-{size[0]}")
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def test_the_empty_list_is_accessible(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(LIST)
    look(visitor, "empty")
    assert visitor.axe() == []


def test_what_hana_sees_is_accessible(visit: Visit, stored: TrustedCertificate) -> None:
    visitor = visit(people.hana())
    visitor.open(f"{LIST}{stored.pk}/")
    look(visitor, "read-only")
    assert visitor.axe() == []
    assert visitor.page.get_by_role("button", name="Save").count() == 0


def test_ada_imports_a_file_finds_it_in_the_list_and_disables_it(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(root().pem)
    visitor = visit(people.ada())
    visitor.open(LIST)
    page = visitor.page
    page.get_by_role("link", name="Import").first.click()
    page.get_by_label("Certificate files").set_input_files(path)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Friendly name").fill("Testlab")
    page.get_by_label("Trust for authentication within ISE").check()
    page.get_by_label("Trust for client authentication and Syslog").check()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("“Testlab” imported.").wait_for()
    page.get_by_role("link", name="Testlab", exact=True).click()
    page.get_by_role("link", name="Edit").click()
    page.locator("#id_status").select_option("disabled")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Changes saved.").wait_for()
    assert not TrustedCertificate.objects.get().is_enabled


def test_a_filter_stands_in_the_address(visit: Visit, stored: TrustedCertificate) -> None:
    visitor = visit(people.ada())
    visitor.open(LIST)
    page = visitor.page
    page.locator("#expiry-expired").click()
    page.wait_for_url("**expiry=expired**")
    assert page.locator(".im-list tbody tr").count() == 1
    page.get_by_label("Trusted for").select_option("cisco_services")
    page.get_by_text("No certificate matches").wait_for()
    assert "expiry=expired" in page.url and "for=cisco_services" in page.url
