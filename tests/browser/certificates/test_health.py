"""Trust health and the certificate periodic check settings in a real browser, on a phone too."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.health import periodic, schedule
from certificates.models import CheckSettings, TrustedCertificate
from certificates.revocation import settings
from certificates.revocation.settings import RevocationChange
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.pki import DAY, Made, intermediate, root, server
from tests.support.seenchains import see, set_relay, store

HEALTH = "/admin/system/certificates/trust-health/"
CHECK = "/admin/system/certificates/periodic-check/"
Visit = Callable[..., Visitor]


def look(visitor: Visitor, name: str) -> None:
    """Keep a picture when a folder for them is named."""
    folder = os.environ.get("ISE_MAIL_SHOTS")
    if folder:
        visitor.page.screenshot(path=Path(folder) / f"health-{name}.png", full_page=True)


@pytest.fixture
def ailing() -> Made:
    """A store with a finding of almost every kind; one endpoint is the relay, and would be refused."""
    now = datetime.now(UTC).replace(microsecond=0)
    authority = root("QuoVadis Root CA 2")
    row = store(authority, now, "QuoVadis Root CA 2")
    store(
        intermediate(authority, "HydrantID SSL ICA G2", not_after=now + 22 * DAY), now, "HydrantID SSL ICA G2"
    )
    store(server(authority, "mail.cisco.com", not_after=now - 4 * DAY), now, "mail.cisco.com")
    store(
        root("Old Branch CA"),
        now,
        "Old Branch CA",
        key_kind="RSA",
        key_bits=1024,
        imported_at=now - 400 * DAY,
    )
    twin = root("Contractor Device CA")
    store(twin, now, "Contractor Device CA")
    store(
        root("Contractor Device CA", key=twin.key, not_after=now + 700 * DAY),
        now,
        "Contractor Device CA 2026",
    )
    chosen = RevocationChange(crl_enabled=True, crl_url="http://pki.testlab.com/crl/root.crl")
    settings.change(certificate_id=row.pk, change=chosen, actor="ada", now=now)
    set_relay(now)
    see([server(authority)], authority, now)
    see(
        [server(twin, "relay.testlab.com")],
        twin,
        now,
        endpoint="relay.testlab.com:465",
        host="relay.testlab.com",
    )
    schedule.current(now=now)
    CheckSettings.objects.update(due_at=now)
    periodic.run(now)
    return authority


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "dark", "phone"]
)
@pytest.mark.parametrize("page", [HEALTH, CHECK], ids=["health", "check"])
def test_both_pages_are_accessible_and_fit(
    visit: Visit, ailing: Made, page: str, size: tuple[int, int], scheme: str
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(page)
    look(visitor, f"{page.split('/')[-2]}-{scheme}-{size[0]}")
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    assert visitor.small_targets() == []


@pytest.mark.parametrize("page", [HEALTH, CHECK], ids=["health", "check"])
def test_both_pages_are_accessible_while_there_is_nothing_to_show(visit: Visit, page: str) -> None:
    visitor = visit(people.hana())
    visitor.open(page)
    look(visitor, f"{page.split('/')[-2]}-empty")
    assert visitor.axe() == []


def test_a_finding_leads_to_its_certificate_and_the_days_stand_in_the_address(
    visit: Visit, ailing: Made
) -> None:
    visitor = visit(people.ada())
    visitor.open(HEALTH)
    page = visitor.page
    assert page.get_by_text("Never used since its import").count() == 1
    page.get_by_label("Not used for").select_option("365")
    page.wait_for_url("**/?unused=365")
    assert page.get_by_text("Never used since its import").count() == 1
    page.get_by_role("link", name="mail.cisco.com").first.click()
    row = TrustedCertificate.objects.get(friendly_name="mail.cisco.com")
    assert page.url.endswith(f"/trusted/{row.pk}/")


def test_ada_saves_the_times_and_asks_for_a_check_that_shows_by_itself(visit: Visit, ailing: Made) -> None:
    visitor = visit(people.ada())
    visitor.open(CHECK)
    page = visitor.page
    page.get_by_label("First check at").fill("02:30")
    page.get_by_label("Check every (hours)").fill("0")
    page.get_by_role("button", name="Save").click()
    page.locator(".im-errors").wait_for()
    look(visitor, "check-refused")
    assert visitor.axe() == []
    page.get_by_label("Check every (hours)").fill("6")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("settings saved.").wait_for()
    assert CheckSettings.objects.get().every_hours == 6
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("Waiting for a worker").wait_for()
    look(visitor, "check-waiting")
    assert visitor.axe() == []
    assert periodic.run(datetime.now(UTC))
    page.get_by_text("Waiting for a worker").wait_for(state="detached")
    assert page.get_by_text("SMTP server mail.testlab.com:587").is_visible()
    assert page.get_by_text("relay.testlab.com:465").count() == 0
    look(visitor, "check-done")
    assert visitor.axe() == []
