"""The console's pages about guest portals and guest types."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from console.models import AuditEvent
from guests import portals
from guests.models import GuestAccount, GuestType
from guests.sponsors import Sponsor
from notifications import senders
from notifications.mail.states import State
from notifications.models.outbox import OutgoingMail
from notifications.payload import open_values
from tests.support.pages import PART

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
PORTALS = "/work-centers/guest-access/portals/"
SETTINGS = f"{PORTALS}self-registered/"
EMAIL = f"{SETTINGS}customization/notifications/email/"


@pytest.fixture
def console(ada: User, signed_in: SignIn) -> Client:
    return signed_in("ada")


@pytest.fixture
def helpdesk(hana: User, signed_in: SignIn) -> Client:
    return signed_in("hana")


def test_the_portal_stands_in_the_list_under_its_ise_name(console: Client) -> None:
    page = console.get(PORTALS).content.decode()
    assert "Self-Registered Guest Portal (default)" in page
    assert f'href="{EMAIL}"' in page


def test_the_preview_shows_sender_subject_and_both_parts(console: Client, now: datetime) -> None:
    senders.save_guest_email_settings(
        enabled=True, default_from="wifi@testlab.com", always_default=True, actor="ada", now=now
    )
    page = console.get(EMAIL).content.decode()
    assert "wifi@testlab.com" in page
    assert "Your Guest Account Credentials" in page
    assert (
        f'<iframe class="im-preview" title="HTML part" sandbox src="{EMAIL}preview/?language=en" width="100%"'
        in page
    )
    assert "ggarg" in page
    assert 'width="390"' in console.get(f"{EMAIL}?width=phone").content.decode()


def test_a_sender_in_an_example_domain_is_warned_of(console: Client, now: datetime) -> None:
    assert "Relays refuse a sender in an example domain" in console.get(EMAIL).content.decode()
    senders.save_guest_email_settings(
        enabled=True, default_from="wifi@testlab.com", always_default=True, actor="ada", now=now
    )
    assert "Relays refuse a sender in an example domain" not in console.get(EMAIL).content.decode()


def test_a_sponsor_in_an_example_domain_is_warned_of_while_sponsors_send(
    console: Client, now: datetime, make_sponsor: Callable[[str, str], Sponsor]
) -> None:
    make_sponsor("sami", "OWN_ACCOUNTS (default)")
    pages = (EMAIL, "/work-centers/guest-access/settings/guest-email/")
    assert not any("sami@" in console.get(page).content.decode() for page in pages)
    User.objects.filter(username="sami").update(email="sami@mail.Example.org")
    User.objects.filter(username="ada").update(email="ada@example.org")
    for page in pages:
        shown = console.get(page).content.decode()
        assert "The address of a sponsor, sami@mail.Example.org, is an example" in shown
        assert "ada@example.org" not in shown
    senders.save_guest_email_settings(
        enabled=True, default_from="wifi@testlab.com", always_default=True, actor="ada", now=now
    )
    assert not any("sami@" in console.get(page).content.decode() for page in pages)


def test_the_language_of_the_mail_is_not_that_of_the_page(console: Client) -> None:
    page = console.get(f"{EMAIL}?language=fr").content.decode()
    assert "Identifiants de votre compte invité" in page
    assert f'src="{EMAIL}preview/?language=fr"' in page
    assert 'language=fr&amp;width=desktop" aria-current="true">French</a>' in page


def test_the_html_part_comes_from_its_own_address_under_its_own_policy(console: Client) -> None:
    answer = console.get(f"{EMAIL}preview/?language=en")
    assert answer["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
    )
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    body = answer.content.decode()
    assert "cid:" not in body
    assert "data:image/png;base64," in body
    assert "ggarg" in body


def test_the_preview_speaks_both_languages(console: Client) -> None:
    english, french = (console.get(f"{EMAIL}preview/?language={code}").content for code in ("en", "fr"))
    assert b'lang="en"' in english
    assert b'lang="fr"' in french


def test_the_test_mail_has_sample_values_and_is_shown_with_its_result(console: Client) -> None:
    page = console.post(EMAIL, {"to": "ada@testlab.com", "language": "fr"}, follow=True).content.decode()
    mail = OutgoingMail.objects.get()
    assert (mail.category, mail.recipient, mail.language, mail.persona) == (
        "portal_test",
        "ada@testlab.com",
        "fr",
        "pan",
    )
    values = open_values(mail.pk, values_sealed=mail.values_sealed, secrets_sealed=mail.secrets_sealed)
    assert values["ui_user_name"] == "ggarg"
    assert not GuestAccount.objects.exists()
    assert "The test email is on its way." in page
    event = AuditEvent.objects.get(action="portal.send_test_mail")
    assert event.after is not None
    assert event.after["to"] == "ada@testlab.com"

    OutgoingMail.objects.update(state=State.DEAD, last_error="550 5.1.1 no such mailbox")
    result = console.get(f"{EMAIL}test/{mail.pk}/", headers=PART).content.decode()
    assert "The test email was not sent." in result
    assert "550 5.1.1 no such mailbox" in result
    assert "hx-get" not in result


@pytest.mark.parametrize("address", ["", "ada", "ada%x@testlab.com"])
def test_a_bad_address_is_refused_beside_its_field(console: Client, address: str) -> None:
    page = console.post(EMAIL, {"to": address, "language": "en"}).content.decode()
    assert 'href="#id_to"' in page
    assert not OutgoingMail.objects.exists()


def test_an_unknown_mail_has_no_result(console: Client) -> None:
    assert console.get(f"{EMAIL}test/{UUID(int=0)}/", headers=PART).status_code == 404
    assert console.get(f"{EMAIL}?sent=nonsense").status_code == 200


def test_settings_are_saved_and_audited(console: Client) -> None:
    data = {
        "acceptable_use_policy": "Be kind.",
        "has_email_allowlist": "on",
        "email_allowlist": "@Testlab.com",
    }
    answer = console.post(SETTINGS, data)
    assert answer.status_code == 302
    assert portals.current() == portals.Settings(False, "Be kind.", True, ("testlab.com",))
    event = AuditEvent.objects.get(action="portal.save")
    assert event.after == {
        "shows_credentials": False,
        "acceptable_use_policy": "Be kind.",
        "has_email_allowlist": True,
        "email_allowlist": ["testlab.com"],
    }
    assert "Be kind." in console.get("/guest/").content.decode()


def test_saving_what_stands_already_writes_no_audit(console: Client) -> None:
    console.post(SETTINGS, {"shows_credentials": "on", "acceptable_use_policy": ""})
    assert not AuditEvent.objects.filter(action="portal.save").exists()


def test_a_list_that_is_switched_off_keeps_its_domains(console: Client) -> None:
    console.post(
        SETTINGS,
        {"acceptable_use_policy": "x", "has_email_allowlist": "on", "email_allowlist": "testlab.com"},
    )
    console.post(SETTINGS, {"acceptable_use_policy": "x"})
    assert portals.current() == portals.Settings(False, "x", False, ("testlab.com",))


@pytest.mark.parametrize("domains", ["", "not a domain!", "-x.com", "localhost"])
def test_a_list_without_a_usable_domain_is_refused(console: Client, domains: str) -> None:
    data = {"acceptable_use_policy": "", "has_email_allowlist": "on", "email_allowlist": domains}
    page = console.post(SETTINGS, data).content.decode()
    assert 'href="#id_email_allowlist"' in page
    assert portals.current() == portals.Settings()


def test_a_guest_type_is_changed_and_audited(console: Client) -> None:
    daily = GuestType.objects.get(name="Daily (default)")
    data = {
        "description": "One day.",
        "maximum_duration": "3",
        "default_duration": "1",
        "duration_unit": "DAYS",
        "has_expiry_notice": "on",
        "expiry_notice_amount": "2",
        "expiry_notice_unit": "HOURS",
    }
    assert console.post(f"{PORTALS}guest-types/{daily.pk}/", data).status_code == 302
    assert "2 hours before the end" in console.get(f"{PORTALS}guest-types/").content.decode()
    event = AuditEvent.objects.get(action="guest_type.save")
    assert event.after == {
        "description": "One day.",
        "maximum_duration": 3,
        "has_expiry_notice": True,
        "expiry_notice_amount": 2,
    }


def test_a_notice_that_is_switched_off_keeps_its_time(console: Client) -> None:
    contractor = GuestType.objects.get(name="Contractor (default)")
    data = {"description": "", "maximum_duration": "365", "default_duration": "90", "duration_unit": "DAYS"}
    console.post(f"{PORTALS}guest-types/{contractor.pk}/", data)
    contractor.refresh_from_db()
    assert (contractor.has_expiry_notice, contractor.expiry_notice_amount) == (False, 3)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"default_duration": "366"}, "default_duration"),
        ({"maximum_duration": "0"}, "maximum_duration"),
        ({"has_expiry_notice": "on", "expiry_notice_amount": ""}, "expiry_notice_amount"),
        ({"has_expiry_notice": "on", "expiry_notice_amount": "0"}, "expiry_notice_amount"),
    ],
)
def test_bad_durations_are_refused_beside_their_field(
    console: Client, changes: dict[str, str], field: str
) -> None:
    contractor = GuestType.objects.get(name="Contractor (default)")
    data = {
        "description": "",
        "maximum_duration": "365",
        "default_duration": "90",
        "duration_unit": "DAYS",
        "expiry_notice_unit": "DAYS",
        **changes,
    }
    page = console.post(f"{PORTALS}guest-types/{contractor.pk}/", data).content.decode()
    assert f'href="#id_{field}"' in page
    assert not AuditEvent.objects.filter(action="guest_type.save").exists()


def test_an_unknown_guest_type_is_not_found(console: Client) -> None:
    assert console.get(f"{PORTALS}guest-types/99999/").status_code == 404


@pytest.mark.parametrize("path", [PORTALS, SETTINGS, EMAIL, f"{EMAIL}preview/", f"{PORTALS}guest-types/"])
def test_the_helpdesk_looks(helpdesk: Client, path: str) -> None:
    page = helpdesk.get(path)
    assert page.status_code == 200
    assert not re.search(rb'type="submit"[^>]*>(Save|[^<]*Send test)', page.content)


def test_the_helpdesk_changes_nothing_and_sends_nothing(helpdesk: Client) -> None:
    daily = GuestType.objects.get(name="Daily (default)")
    assert helpdesk.post(SETTINGS, {"acceptable_use_policy": "x"}).status_code == 403
    assert helpdesk.post(EMAIL, {"to": "hana@testlab.com", "language": "en"}).status_code == 403
    assert helpdesk.post(f"{PORTALS}guest-types/{daily.pk}/", {"description": "x"}).status_code == 403
    assert not OutgoingMail.objects.exists()
