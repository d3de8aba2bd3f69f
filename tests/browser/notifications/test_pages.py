"""The pages of the outbox in a real browser: delivery log, one mail, test mail, Guest email settings."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from deployment import leases
from deployment.personas import Persona
from notifications import delivery, nudge, outbox, relay
from notifications.categories import ALARM, GUEST_CREDENTIALS, PASSWORD_EXPIRY
from notifications.mail.states import State
from notifications.models import OutgoingMail, RelayHealth
from notifications.smtp.settings import ServerSettings
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.nodes import add_node
from tests.support.smtpd import SmtpServer, answer

Visit = Callable[..., Visitor]
LOG = "/operations/delivery-log/"
SETTINGS = "/work-centers/guest-access/settings/guest-email/"
TEST = "/admin/system/settings/proxy/test-mail/"
BOTH = pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Nobody is to be woken; the tests drain themselves."""
    breaker = nudge.BrokerBreaker()
    breaker.failed()
    monkeypatch.setattr(nudge, "breaker", breaker)
    monkeypatch.setattr("notifications.rechecks._rechecks", {})


@pytest.fixture
def server():
    with SmtpServer() as running:
        now = timezone.now()
        add_node("ise3-1", now)
        leases.keep_duties((Persona.PAN, Persona.MNT), holder="ise3-1", now=now)
        relay.save(
            server=ServerSettings("127.0.0.1", running.port, timeout_seconds=5),
            keep_password=False,
            allow_cleartext_password=False,
            actor="ada",
            now=now,
            is_bound_by_egress=False,
        )
        yield running


def post(category=GUEST_CREDENTIALS, to="gita@guest.example", **changes):
    wanted = {
        "category": category,
        "to": to,
        "values": {"ui_user_name": "ggarg"} if category != ALARM else {"alarm_name": "x"},
        "secret_values": {"ui_password": "x"} if category == GUEST_CREDENTIALS else {},
        "language": "en",
        "reference": "guest:0c9e",
        "now": timezone.now(),
    }
    return outbox.post(**{**wanted, **changes})


def a_day(server):
    """Mails in every state a log can hold."""
    accepted = [post(), post(ALARM, "soc@testlab.com"), post(PASSWORD_EXPIRY, "ada@testlab.com")]
    for persona in Persona:
        delivery.drain(persona=persona, clock=timezone.now)
    server.fail("RCPT", answer("451 4.7.1 Greylisted, try again in 5 minutes"), times=1)
    deferred = post(to="t.nguyen@partner.example")
    delivery.drain(persona=Persona.PSN, clock=timezone.now)
    server.fail("RCPT", answer("550 5.1.1 No such user here"), times=1)
    refused = post(to="a.very.long.name.that.wraps@a-supplier-with-a-long-name.example")
    delivery.drain(persona=Persona.PSN, clock=timezone.now)
    post(to="waiting@guest.example")
    post(to="gone@guest.example", reference="guest:gone")
    outbox.cancel(reference="guest:gone", actor="sami", now=timezone.now())
    RelayHealth.objects.create(
        node="ise3-2",
        settings_mark="1/0",
        failures=4,
        failed_at=timezone.now() - timedelta(minutes=3),
        stage="CONNECT",
        code="CONNECT_REFUSED",
    )
    return accepted[0], deferred, refused


def looks_well(visitor: Visitor, name: str) -> None:
    if folder := os.environ.get("ISE_MAIL_SHOTS"):
        visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert visitor.axe() == []
    assert visitor.overflow() == 0
    if not visitor.page.locator(".im-errors").count():
        assert visitor.small_targets() == []


@BOTH
def test_the_delivery_log_reads_well_with_mails_in_every_state(visit: Visit, server, size, scheme) -> None:
    a_day(server)
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(LOG)
    assert visitor.page.locator("tbody tr").count() == 7
    looks_well(visitor, f"delivery-log-{scheme}")
    visitor.open(LOG + "?state=held")
    looks_well(visitor, f"delivery-log-empty-{scheme}")


def test_a_chip_and_a_filter_narrow_the_log_and_the_address_keeps_both(visit: Visit, server) -> None:
    a_day(server)
    visitor = visit(people.hana())
    visitor.open(LOG)
    page = visitor.page
    page.get_by_role("link", name="Accepted").first.click()
    page.wait_for_url("**state=accepted")
    page.get_by_label("Persona").select_option("mnt")
    page.wait_for_url("**persona=mnt**")
    assert page.locator("tbody tr").count() == 1
    assert "state=accepted" in page.url
    assert page.get_by_role("link", name="soc@testlab.com").is_visible()


@BOTH
def test_one_mail_shows_its_tries_and_is_sent_again_after_a_question(
    visit: Visit, server, size, scheme
) -> None:
    _, deferred, refused = a_day(server)
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(f"{LOG}{deferred.id}/")
    looks_well(visitor, f"mail-deferred-{scheme}")
    visitor.open(f"{LOG}{refused.id}/")
    looks_well(visitor, f"mail-refused-{scheme}")
    visitor.page.get_by_role("button", name="Send again").first.click()
    assert visitor.page.get_by_role("heading", name="Send this mail again?").is_visible()
    assert visitor.axe() == []
    visitor.page.locator("dialog").get_by_role("button", name="Send again").click()
    visitor.page.get_by_text("The mail waits to be sent again").wait_for()
    assert outbox.state_of(refused.id).state is State.QUEUED


@BOTH
def test_a_test_mail_is_watched_until_the_mail_server_has_answered(
    visit: Visit, server, size, scheme
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme)
    visitor.open(TEST)
    page = visitor.page
    looks_well(visitor, f"test-mail-{scheme}")
    page.get_by_label("Email address").fill("not an address")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").wait_for()
    looks_well(visitor, f"test-mail-bad-{scheme}")
    page.get_by_label("Email address").fill("gita@guest.example")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("The mail is on its way").wait_for()
    looks_well(visitor, f"test-mail-sent-{scheme}")
    delivery.drain(persona=Persona.PAN, clock=timezone.now)
    page.get_by_text("The mail server accepted the mail").wait_for()
    assert "queued as" in page.inner_text("#test-mail-state")
    looks_well(visitor, f"test-mail-accepted-{scheme}")


@BOTH
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_guest_email_settings_are_saved_and_a_bad_from_is_refused(
    visit: Visit, size, scheme, language
) -> None:
    visitor = visit(people.ada(), size=size, scheme=scheme, language=language)
    visitor.open(SETTINGS)
    page = visitor.page
    looks_well(visitor, f"guest-email-{scheme}-{language}")
    page.locator("#id_default_from").fill("nobody")
    page.locator("button[form=guest-email-form][type=submit]").click()
    page.get_by_role("alert").wait_for()
    looks_well(visitor, f"guest-email-bad-{scheme}-{language}")
    page.locator("#id_default_from").fill("wifi@testlab.com")
    page.locator("button[form=guest-email-form][type=submit]").click()
    page.locator(".im-toast--success").wait_for()
    assert page.locator(".im-note--warn").count() == 0


def test_an_empty_log_leads_to_the_test_mail(visit: Visit) -> None:
    visitor = visit(people.ada())
    visitor.open(LOG)
    looks_well(visitor, "delivery-log-none")
    visitor.page.get_by_role("link", name="Send a test mail").click()
    visitor.page.wait_for_url(f"**{TEST}")
    assert OutgoingMail.objects.count() == 0
