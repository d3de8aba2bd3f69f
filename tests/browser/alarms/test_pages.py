"""The alarm pages in a real browser."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from alarms import preferences
from alarms.models import Alarm
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor

Visit = Callable[..., Visitor]
SETTINGS = "/admin/system/settings/alarms/"


def raised(now: datetime, rule: str, severity: str, name: str) -> None:
    Alarm.objects.create(
        rule=rule,
        subject=name,
        subject_name=name,
        deadline=now + timedelta(days=20),
        severity=severity,
        raised_at=now,
        last_at=now,
    )


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_active_alarms_read_well(visit: Visit, now: datetime, size: tuple[int, int], scheme: str) -> None:
    raised(now, "certificate-expiration", "warning", "Testlab Issuing CA 2 of the Mail Department")
    raised(now, "certificate-expired", "critical", "Testlab Root CA")
    visitor = visit(people.hana(), size=size, scheme=scheme)
    visitor.open("/operations/alarms/")
    assert visitor.page.get_by_text("Critical").is_visible()
    assert visitor.axe() == []
    assert visitor.overflow() == 0


def test_an_alarm_that_is_switched_off_hides_its_fields_and_saves(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(SETTINGS)
    page = visitor.page
    page.get_by_label("Days before expiration").fill("30")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Alarm settings saved.").wait_for()
    assert preferences.of("certificate-expiration").days == 30
    page.locator("#id_expiration_enabled").uncheck()
    assert not page.get_by_label("Days before expiration").is_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Alarm settings saved.").wait_for()
    assert preferences.of("certificate-expiration") == preferences.Preference(False, 30)


def test_a_bad_address_is_named_beside_its_field_and_in_the_summary(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(SETTINGS)
    page = visitor.page
    page.locator("#id_expired_addresses").fill("noc@testlab.com, nobody")
    page.get_by_role("button", name="Save").click()
    page.locator(".im-errors").get_by_text("nobody").wait_for()
    assert page.locator("#id_expired_addresses").input_value() == "noc@testlab.com, nobody"
    assert visitor.axe() == []
