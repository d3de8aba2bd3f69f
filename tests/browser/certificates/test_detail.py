"""One trusted certificate in a real browser: view, edit, delete; wide, dark, and on a phone; by keyboard."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from certificates.chains.purposes import Purpose
from certificates.models import TrustedCertificate
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.pki import DAY, Made, intermediate, root, server
from tests.support.seenchains import see, store

LIST = "/admin/system/certificates/trusted/"
Visit = Callable[..., Visitor]


@pytest.fixture
def authority() -> Made:
    return root("QuoVadis Root CA 2", not_after=datetime.now(UTC).replace(microsecond=0) + 1826 * DAY)


@pytest.fixture
def rows(authority: Made) -> dict[str, TrustedCertificate]:
    """A root, an issuing authority and a server below it, an orphan, and a relay that rests on the root."""
    now = datetime.now(UTC).replace(microsecond=0)
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), bytes(range(40)))
    issuing = intermediate(authority, "HydrantID SSL ICA G2", not_after=now + 22 * DAY, extra=[(odd, False)])
    leaf = server(issuing, "mail.cisco.com")
    lonely = intermediate(root("Contractor Root CA"), "Contractor Device CA")
    relay = server(authority, "mail.testlab.com")
    see([relay], authority, now)
    see([relay], authority, now, purpose="crl", endpoint="https://crl.testlab.com/root.crl")
    return {
        "root": store(authority, now, "QuoVadis Root CA 2"),
        "issuing": store(issuing, now, "HydrantID SSL ICA G2"),
        "leaf": store(leaf, now, "mail.cisco.com"),
        "orphan": store(lonely, now, "Contractor Device CA", status="disabled"),
    }


def look(visitor: Visitor, name: str) -> None:
    """Keep a picture when a folder for them is named."""
    folder = os.environ.get("ISE_MAIL_SHOTS")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"certificate-{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "dark", "phone"]
)
@pytest.mark.parametrize(
    ("who", "page"),
    [("leaf", ""), ("root", ""), ("issuing", ""), ("orphan", ""), ("root", "edit/"), ("root", "delete/")],
)
def test_every_page_of_a_certificate_is_accessible_and_fits(
    visit: Visit,
    rows: dict[str, TrustedCertificate],
    who: str,
    page: str,
    size: tuple[int, int],
    scheme: str,
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(f"{LIST}{rows[who].pk}/{page}")
    look(visitor, f"{who}-{page.strip('/') or 'view'}-{scheme}-{size[0]}")
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


def test_a_box_taken_away_warns_beside_the_form_before_it_is_saved(
    visit: Visit, rows: dict[str, TrustedCertificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certificates.chains.purposes._registered", {"smtp": Purpose("smtp", "SMTP server")})
    visitor = visit(people.ada())
    visitor.open(f"{LIST}{rows['root'].pk}/edit/")
    page = visitor.page
    page.locator("#id_status").select_option("disabled")
    page.get_by_text("would fail").wait_for()
    page.get_by_text("SMTP server mail.testlab.com:587").wait_for()
    look(visitor, "warned")
    assert visitor.axe() == []
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Tick this box to save anyway.").first.wait_for()
    page.get_by_label("Save in spite of this").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Changes saved.").wait_for()
