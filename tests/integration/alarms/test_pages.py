"""The pages Alarms and Alarm settings."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from alarms import preferences
from alarms.models import Alarm
from alarms.preferences import Preference
from console import moments
from console.models import AuditEvent
from tests.support import people

pytestmark = pytest.mark.django_db
LIST, SETTINGS = "/operations/alarms/", "/admin/system/settings/alarms/"
GOOD = {
    "expiration_enabled": "on",
    "expiration_days": "30",
    "expiration_addresses": "noc@testlab.com, desk@testlab.com,noc@testlab.com",
    "expired_enabled": "on",
    "expired_addresses": "",
}


def raised(now: datetime, **fields: object) -> Alarm:
    values = {
        "rule": "certificate-expiration",
        "subject": "ab" * 32,
        "subject_name": "Testlab <Root> CA",
        "deadline": now + timedelta(days=20),
        "severity": "warning",
        "raised_at": now,
        "last_at": now,
    }
    return Alarm.objects.create(**{**values, **fields})


def test_the_addresses_mirror_ises_menu() -> None:
    assert (reverse("alarms:alarm-list"), reverse("alarms:settings")) == (LIST, SETTINGS)


def test_an_installation_without_alarms_says_so() -> None:
    page = people.client_for(people.hana()).get(LIST).content.decode()
    assert "No alarm is active" in page


def test_an_active_alarm_shows_its_cause_and_its_remedy_escaped(now: datetime) -> None:
    raised(now)
    page = people.client_for(people.hana()).get(LIST).content.decode()
    assert "Certificate Expiration" in page
    assert "Testlab &lt;Root&gt; CA" in page
    assert f"expires on {moments.brief(now + timedelta(days=20))}." in page
    assert "Import the certificate that replaces it" in page


def test_cleared_alarms_have_a_list_of_their_own(now: datetime) -> None:
    raised(now, subject_name="Gone CA", cleared_at=now)
    client = people.client_for(people.hana())
    assert "Gone CA" not in client.get(LIST).content.decode()
    assert "Gone CA" in client.get(LIST, {"show": "cleared"}).content.decode()
    assert client.get(LIST, {"show": "nonsense", "page": "zzz"}).status_code == 200


def test_saved_settings_are_used_and_audited_alarm_by_alarm() -> None:
    client = people.client_for(people.ada())
    answer = client.post(SETTINGS, GOOD)
    assert answer.status_code == 302
    expected = Preference(True, 30, ("noc@testlab.com", "desk@testlab.com"))
    assert preferences.of("certificate-expiration") == expected
    event = AuditEvent.objects.get(action="alarms.save")
    assert (event.actor, event.target) == ("ada", "certificate-expiration")
    assert event.after["days"] == 30
    client.post(SETTINGS, GOOD)
    assert AuditEvent.objects.filter(action="alarms.save").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("expiration_days", "0", "greater than or equal to 1"),
        ("expiration_days", "366", "less than or equal to 365"),
        ("expiration_days", "", "Enter a number of days from 1 to 365."),
        ("expiration_addresses", "noc@testlab.com, nobody", "This is no e-mail address: nobody"),
        ("expired_addresses", "a@b.test\r\nBcc: x@y.test", "This is no e-mail address"),
    ],
)
def test_a_bad_entry_is_refused_beside_its_field_and_nothing_is_lost(
    field: str, value: str, sentence: str
) -> None:
    client = people.client_for(people.ada())
    answer = client.post(SETTINGS, {**GOOD, field: value})
    assert answer.status_code == 200
    assert sentence in answer.context["form"].errors[field][0]
    assert answer.context["form"]["expired_enabled"].value() is True
    assert preferences.of("certificate-expiration") == Preference(True, 90)


def test_an_alarm_that_is_switched_off_keeps_its_other_settings() -> None:
    client = people.client_for(people.ada())
    client.post(SETTINGS, GOOD)
    client.post(SETTINGS, {"expired_enabled": "on", "expired_addresses": ""})
    expected = Preference(False, 30, ("noc@testlab.com", "desk@testlab.com"))
    assert preferences.of("certificate-expiration") == expected


def test_the_helpdesk_sees_the_settings_and_changes_nothing() -> None:
    client = people.client_for(people.hana())
    page = client.get(SETTINGS).content.decode()
    assert "<fieldset" in page
    assert "disabled" in page
    assert "Save" not in page.split("im-savebar")[1]
    assert client.post(SETTINGS, GOOD).status_code == 403
    assert not AuditEvent.objects.filter(action="alarms.save").exists()
