"""The pages of the outbox: delivery log, one mail, test mail, Guest email settings."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from console import checklist
from console.models import AuditEvent
from notifications import nudge, outbox, relay
from notifications.categories import ALARM, GUEST_CREDENTIALS, TEST_MAIL
from notifications.mail.states import State
from notifications.models import OutgoingMail, RelayHealth
from notifications.senders import guest_email_settings
from notifications.smtp.settings import ServerSettings
from tests.support.pages import PART
from tests.support.people import ada, client_for, hana

pytestmark = pytest.mark.django_db

LOG = "notifications:delivery-log"
SETTINGS = "notifications:guest-email"
TEST = "notifications:test-mail"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Nobody is to be woken in these tests."""
    breaker = nudge.BrokerBreaker()
    breaker.failed()
    monkeypatch.setattr(nudge, "breaker", breaker)


def post(**changes):
    wanted = {
        "category": GUEST_CREDENTIALS,
        "to": "gita@guest.example",
        "values": {"ui_user_name": "ggarg"},
        "secret_values": {"ui_password": "7h4Kp2mQ9xWd"},
        "language": "en",
        "reference": "guest:1",
        "now": timezone.now(),
    }
    return outbox.post(**{**wanted, **changes})


def put(posted, **fields):
    OutgoingMail.objects.filter(pk=posted.id).update(**fields)
    return posted


def sent(posted):
    return put(
        posted,
        state=State.SENT,
        sent_at=timezone.now(),
        node="ise3-1",
        values_sealed="",
        secrets_sealed="",
        answer="250 2.0.0 Ok: queued as 4XyZ",
        milliseconds=31,
    )


def dead(posted):
    return put(
        posted,
        state=State.DEAD,
        node="ise3-2",
        last_code="RECIPIENT_REFUSED",
        answer="550 5.1.1 <script>alert(1)</script>",
    )


@pytest.fixture
def a():
    return client_for(ada())


@pytest.fixture
def h():
    return client_for(hana())


def page(client, name, query="", **where):
    response = client.get(reverse(name, kwargs=where) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_log_of_a_new_installation_says_what_will_stand_there(a):
    assert "No mail has been written yet" in page(a, LOG)


def test_the_log_shows_persona_node_result_answer_and_milliseconds(a):
    sent(post())
    shown = page(a, LOG)
    for word in (
        "gita@guest.example",
        "Guest credentials",
        "PSN",
        "ise3-1",
        "Accepted",
        "queued as 4XyZ",
        "31 ms",
    ):
        assert word in shown


def test_what_a_mail_server_says_is_escaped(a):
    posted = dead(post())
    for shown in (page(a, LOG), page(a, "notifications:mail-detail", mail_id=posted.id)):
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_no_page_shows_what_stood_in_a_mail(a):
    posted = post()
    for shown in (page(a, LOG), page(a, "notifications:mail-detail", mail_id=posted.id)):
        assert "7h4Kp2mQ9xWd" not in shown and "ggarg" not in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("?state=accepted", 1),
        ("?state=not-sent", 1),
        ("?state=waiting", 1),
        ("?state=held", 0),
        ("?persona=psn", 2),
        ("?node=ise3-2", 1),
        (f"?mail={ALARM}", 1),
        ("?q=ADA@", 1),
        ("?q=nobody", 0),
        ("?state=bogus&persona=bogus", 3),
        ("?before=bogus&after=bogus", 3),
        ("?q=%00", 3),
    ],
)
def test_the_log_narrows_by_state_persona_node_mail_and_recipient(a, query, found):
    sent(post())
    dead(post())
    post(category=ALARM, to="ada@testlab.com", values={"alarm_name": "x"}, secret_values={})
    assert page(a, LOG, query).count("im-list__name") == found


def test_the_chips_count_under_the_other_conditions(a):
    sent(post())
    dead(post())
    post(category=ALARM, to="ada@testlab.com", values={"alarm_name": "x"}, secret_values={})
    shown = page(a, LOG, "?persona=psn&state=accepted")
    chips = " ".join(shown.split("im-chips")[1].split("</div>")[0].split())
    assert "All <b>2</b>" in chips and "Accepted <b>1</b>" in chips and "Waiting <b>0</b>" in chips


def test_pages_follow_one_another_without_a_gap_and_back(a, monkeypatch):
    monkeypatch.setattr("notifications.delivery_log.PAGE_SIZE", 2)
    start = timezone.now()
    for number in range(5):
        post(to=f"guest{number}@guest.example", now=start + timedelta(seconds=number))
    seen, query = [], ""
    for _ in range(3):
        shown = page(a, LOG, query)
        seen.append([number for number in range(4, -1, -1) if f"guest{number}@" in shown])
        older = shown.split('rel="next" href="')
        query = older[1].split('"')[0] if len(older) > 1 else ""
    assert seen == [[4, 3], [2, 1], [0]]
    assert query == ""
    newer = shown.split('rel="prev" href="')[1].split('"')[0]
    assert "guest1@" in page(a, LOG, newer) and "guest2@" in page(a, LOG, newer)


def test_a_mail_that_nobody_knows_is_not_found(a):
    assert a.get(reverse("notifications:mail-detail", args=[uuid4()])).status_code == 404
    assert a.post(reverse("notifications:mail-resend", args=[uuid4()])).status_code == 404


def test_ada_sends_a_dead_mail_again_and_the_audit_names_her(a):
    posted = dead(post())
    assert "Send again" in page(a, "notifications:mail-detail", mail_id=posted.id)
    response = a.post(reverse("notifications:mail-resend", args=[posted.id]), follow=True)
    assert "The mail waits to be sent again" in response.content.decode()
    assert outbox.state_of(posted.id).state is State.QUEUED
    assert AuditEvent.objects.get(action="mail.resend").actor == "ada"


def test_hana_sees_a_dead_mail_but_cannot_send_it_again(h):
    posted = dead(post())
    assert "Send again" not in page(h, "notifications:mail-detail", mail_id=posted.id)
    assert h.post(reverse("notifications:mail-resend", args=[posted.id])).status_code == 403
    assert outbox.state_of(posted.id).state is State.DEAD


def test_a_sent_mail_cannot_be_sent_again_by_a_forged_request(a):
    posted = sent(post())
    response = a.post(reverse("notifications:mail-resend", args=[posted.id]), follow=True)
    assert "Another action came first" in response.content.decode()
    assert outbox.state_of(posted.id).state is State.SENT


def test_a_mail_whose_password_is_erased_says_so_when_it_is_to_be_sent_again(a):
    posted = put(dead(post()), secrets_sealed="")
    response = a.post(reverse("notifications:mail-resend", args=[posted.id]), follow=True)
    assert "no longer held" in response.content.decode()


def test_a_relay_that_cannot_be_reached_stands_above_the_log_with_cause_and_node(a):
    relay_saved()
    RelayHealth.objects.create(
        node="ise3-1",
        settings_mark="1/0",
        failures=3,
        failed_at=timezone.now(),
        stage="CONNECT",
        code="CONNECT_REFUSED",
    )
    shown = page(a, LOG)
    assert "Node ise3-1 cannot reach the mail server" in shown
    assert "The mails wait and lose no attempt." in shown


def relay_saved():
    relay.save(
        server=ServerSettings("mail.testlab.com", 587),
        keep_password=False,
        allow_cleartext_password=False,
        actor="ada",
        now=timezone.now(),
    )


def test_the_guest_email_page_opens_with_ises_defaults_and_warns_of_the_example_address(h):
    shown = page(h, SETTINGS)
    assert 'value="donotreply@example.com"' in shown
    assert "is an example that belongs to nobody" in shown
    assert "Send notifications from sponsor&#x27;s email address (if sponsored)" in shown
    assert "Always send notifications from the default email address" in shown
    assert 'type="submit" form="guest-email-form"' not in shown


def test_ada_saves_the_guest_email_settings_and_the_warning_goes(a):
    data = {"default_from": " wifi@Testlab.com ", "sender": "default"}
    response = a.post(reverse(SETTINGS), data, follow=True)
    saved = guest_email_settings()
    assert (saved.enabled, saved.default_from, saved.always_default) == (False, "wifi@testlab.com", True)
    shown = response.content.decode()
    assert "Guest email settings saved" in shown and "belongs to nobody" not in shown
    event = AuditEvent.objects.get(action="guest_email.save")
    assert (event.before["default_from"], event.after["default_from"]) == (
        "donotreply@example.com",
        "wifi@testlab.com",
    )


@pytest.mark.parametrize(
    "typed", ["", "nobody", "a@b.example, c@d.example", "a@[127.0.0.1]", "a%b@c.example"]
)
def test_a_from_that_is_no_address_is_refused_beside_its_field_and_nothing_typed_is_lost(a, typed):
    response = a.post(reverse(SETTINGS), {"enabled": "on", "default_from": typed, "sender": "default"})
    shown = response.content.decode()
    assert response.status_code == 200
    assert "Enter one email address" in shown and (not typed or f'value="{typed}"' in shown)
    assert guest_email_settings().default_from == "donotreply@example.com"


def test_hana_cannot_save_the_guest_email_settings(h):
    data = {"enabled": "on", "default_from": "x@testlab.com", "sender": "default"}
    assert h.post(reverse(SETTINGS), data).status_code == 403


def test_the_test_mail_page_asks_for_the_smtp_server_first(a):
    assert "No SMTP server is set yet" in page(a, TEST)
    response = a.post(reverse(TEST), {"address": "gita@guest.example"})
    assert "No SMTP server is set yet." in response.content.decode()
    assert not OutgoingMail.objects.exists()


def test_a_test_mail_is_posted_audited_and_watched_until_the_server_has_answered(a):
    relay_saved()
    shown = a.post(reverse(TEST), {"address": "gita@guest.example"}).content.decode()
    mail = OutgoingMail.objects.get()
    where = reverse("notifications:test-mail-state", args=[mail.id])
    assert mail.category == TEST_MAIL and mail.recipient == "gita@guest.example"
    assert "The mail is on its way" in shown and f'hx-get="{where}"' in shown
    assert AuditEvent.objects.get(action="mail.test").after == {"recipient": "gita@guest.example"}
    assert a.get(where, headers=PART).status_code == 200
    sent(outbox.PostedMail(mail.id, True))
    ended = a.get(where, headers=PART)
    assert ended.status_code == 286
    assert "The mail server accepted the mail" in ended.content.decode()
    assert "hx-get" not in ended.content.decode()


def test_a_test_mail_nobody_takes_up_says_where_to_look(a):
    relay_saved()
    a.post(reverse(TEST), {"address": "gita@guest.example"})
    mail = OutgoingMail.objects.get()
    OutgoingMail.objects.update(created_at=mail.created_at - timedelta(seconds=9))
    shown = a.get(reverse("notifications:test-mail-state", args=[mail.id]), headers=PART).content.decode()
    assert "No worker has taken it up yet" in shown


def test_test_mails_are_limited_by_person(a, monkeypatch):
    relay_saved()
    monkeypatch.setattr("notifications.test_mail.PER_HOUR", 2)
    answers = [a.post(reverse(TEST), {"address": "gita@guest.example"}).content.decode() for _ in range(3)]
    assert "many test mails within an hour" in answers[2]
    assert OutgoingMail.objects.count() == 2


def test_the_checklist_ticks_the_from_address_and_the_test_mail_by_their_real_state(a):
    steps = {step.key: step for step in checklist.steps()}
    assert not steps["from"].is_done() and not steps["test-mail"].is_done()
    a.post(reverse(SETTINGS), {"enabled": "on", "default_from": "wifi@testlab.com", "sender": "sponsor"})
    relay_saved()
    a.post(reverse(TEST), {"address": "gita@guest.example"})
    assert steps["from"].is_done() and not steps["test-mail"].is_done()
    sent(outbox.PostedMail(OutgoingMail.objects.get().id, True))
    assert steps["test-mail"].is_done()


def test_the_dashboard_counts_what_waits_what_was_accepted_and_what_was_not_sent(a):
    sent(post())
    dead(post())
    post()
    shown = " ".join(page(a, "console:dashboard").split())
    for label, value in (("Mails waiting", 1), ("Mails accepted today", 1), ("Mails not sent", 1)):
        assert f">{label}</a></dt><dd>{value}</dd>" in shown


def test_mail_that_nobody_takes_up_is_told_on_the_dashboard(a):
    post(now=timezone.now() - timedelta(minutes=3))
    assert "1 mail has been due for more than two minutes" in page(a, "console:dashboard")
