"""Delivering over a real SMTP server: what each answer of the relay does to a mail."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.utils import timezone

from deployment import leases
from deployment.personas import Persona
from notifications import (
    claims,
    courier,
    delivery,
    outbox,
    rechecks,
    relay,
    relay_health,
    results,
    sweeps,
    wording,
)
from notifications.categories import ALARM, GUEST_CREDENTIALS, GUEST_EXPIRY
from notifications.mail.retry import URGENT
from notifications.mail.states import Event, State
from notifications.models import DeliveryAttempt, OutgoingMail, RelayHealth
from notifications.senders import save_guest_email_settings
from notifications.smtp.settings import ServerSettings
from tests.support.nodes import add_node
from tests.support.smtpd import SmtpServer, answer, close, reset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server():
    with SmtpServer() as running:
        yield running


@pytest.fixture(autouse=True)
def saved_relay(server, now):
    """The server of the test as the relay of this node, saved at its shell so that loopback is allowed."""
    return relay.save(
        server=ServerSettings("127.0.0.1", server.port, timeout_seconds=5),
        keep_password=False,
        allow_cleartext_password=False,
        actor="ada",
        now=now,
        is_bound_by_egress=False,
    )


@pytest.fixture(autouse=True)
def nobody_rechecks(monkeypatch):
    """The mails of these tests are about nothing that an upper floor could look up."""
    monkeypatch.setattr(rechecks, "_rechecks", {})


class Clock:
    """A clock that the test moves."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at

    def forward(self, **delta):
        self.at += timedelta(**delta)


@pytest.fixture
def clock(now):
    return Clock(now)


def post(clock, **changes):
    wanted = {
        "category": GUEST_CREDENTIALS,
        "to": "gita@guest.example",
        "values": {"ui_user_name": "ggarg", "ui_first_name": "Gita & Co"},
        "secret_values": {"ui_password": "p&ss<1>"},
        "language": "en",
        "reference": "guest:0c9e",
        "now": clock(),
    }
    clock.forward(milliseconds=1)
    return outbox.post(**{**wanted, **changes})


def drain(clock, persona=Persona.PSN):
    return delivery.drain(persona=persona, clock=clock)


def row(posted):
    return OutgoingMail.objects.get(pk=posted.id)


def outcomes(posted):
    return list(row(posted).tries.values_list("outcome", flat=True))


def test_a_mail_is_handed_over_and_the_row_says_by_whom_to_whom_and_what_was_answered(server, clock):
    posted = post(clock)
    assert drain(clock) == 1
    mail, attempt = row(posted), DeliveryAttempt.objects.get()
    assert (mail.state, mail.node, mail.attempts) == (State.SENT, "ise3-1", 1)
    assert mail.answer == "250 2.0.0 Ok: queued as 4XyZ000001"
    assert (mail.values_sealed, mail.secrets_sealed, mail.lease_owner) == ("", "", "")
    assert (attempt.outcome, attempt.queue_id, attempt.reply_code) == ("accepted", "4XyZ000001", 250)
    assert (attempt.peer, attempt.tls_version) == (f"127.0.0.1:{server.port}", "")
    assert attempt.process.startswith("ise3-1 pid ")


def test_the_mail_that_arrives_is_text_html_and_logo_with_the_password_in_both(server, clock):
    posted = post(clock)
    drain(clock)
    stored = server.messages[0]
    message = email.message_from_bytes(stored.data, policy=email.policy.default)
    plain = message.get_body(("plain",)).get_content()
    page = message.get_body(("html",)).get_content()
    images = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert message["Subject"] == "Your Guest Account Credentials"
    assert message["Message-ID"] == f"<{posted.id}@ise3-1.testlab.com>"
    assert (message["From"], message["To"]) == ("donotreply@example.com", "gita@guest.example")
    assert (stored.envelope_from, stored.recipients) == ("donotreply@example.com", ["gita@guest.example"])
    assert "p&ss<1>" in plain and "Gita & Co" in plain
    assert "p&amp;ss&lt;1&gt;" in page and "Gita &amp; Co" in page
    assert 'src="cid:logo"' in page and images[0]["Content-ID"] == "<logo>"
    assert "$" not in plain and "$ui_" not in page


def test_a_french_guest_reads_french(server, clock):
    post(clock, language="fr")
    drain(clock)
    message = email.message_from_bytes(server.messages[0].data, policy=email.policy.default)
    assert message["Subject"] == "Identifiants de votre compte invité"
    assert message["Content-Language"] == "fr"
    assert "Mot de passe" in message.get_body(("plain",)).get_content()


def test_a_batch_goes_over_one_connection(server, clock):
    for number in range(12):
        post(clock, to=f"guest{number}@guest.example")
    assert drain(clock) == 12
    assert server.connections == 1
    assert len({message.recipients[0] for message in server.messages}) == 12


def test_a_temporary_refusal_queues_the_mail_for_later_and_the_second_try_sends_the_same_bytes(
    server, clock, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        courier, "message_of", lambda item, real=courier.message_of: seen.append(real(item)) or seen[-1]
    )
    server.fail("RCPT", answer("451 4.7.1 Greylisted, try again"), times=1)
    posted = post(clock)
    assert drain(clock) == 0
    mail = row(posted)
    assert (mail.state, mail.attempts, mail.last_code) == (State.QUEUED, 1, "GREYLISTED")
    assert clock() < mail.due_at <= clock() + timedelta(seconds=15)
    assert mail.secrets_sealed
    clock.forward(seconds=16)
    wording.text_by_digest.cache_clear()
    assert drain(clock) == 1
    assert outcomes(posted) == ["deferred", "accepted"]
    assert seen[0] == seen[1]


def test_a_refused_recipient_ends_the_mail_and_an_admin_can_send_it_again(server, clock):
    server.fail("RCPT", answer("550 5.1.1 No such user"), times=1)
    posted = post(clock)
    drain(clock)
    mail = row(posted)
    assert (mail.state, mail.last_code, mail.answer) == (
        State.DEAD,
        "RECIPIENT_REFUSED",
        "550 5.1.1 No such user",
    )
    outbox.resend(mail_id=posted.id, actor="ada", now=clock())
    assert drain(clock) == 1
    assert row(posted).state == State.SENT


def test_one_refused_recipient_does_not_keep_the_rest_of_the_batch(server, clock):
    server.fail("RCPT", answer("550 5.1.1 No such user"), times=1)
    posted = [post(clock, to=f"guest{number}@guest.example") for number in range(3)]
    assert drain(clock) == 2
    assert [row(one).state for one in posted] == [State.DEAD, State.SENT, State.SENT]
    assert server.connections == 1


def test_a_mail_whose_attempts_are_spent_is_dead(server, clock):
    server.fail("RCPT", answer("451 4.3.0 Later"))
    posted = post(clock)
    OutgoingMail.objects.update(attempts=URGENT.max_attempts - 1)
    drain(clock)
    assert row(posted).state == State.DEAD


def test_a_relay_that_refuses_the_sign_in_costs_no_attempt_and_is_left_alone(server, clock):
    server.fail("banner", close("554 5.7.1 No service"))
    posted = [post(clock), post(clock)]
    drain(clock)
    assert [(row(one).state, row(one).attempts) for one in posted] == [(State.QUEUED, 0)] * 2
    assert outcomes(posted[0]) == ["given back"]
    assert server.connections == 1
    drain(clock)
    assert server.connections == 1


def fail_three_times(server, clock):
    server.fail("banner", close("554 5.7.1 No service"))
    for _ in range(3):
        drain(clock)
        clock.forward(seconds=10)


def test_the_third_failure_opens_the_breaker_for_half_a_minute_and_one_mail_tries_first(server, clock):
    for number in range(4):
        post(clock, to=f"guest{number}@guest.example")
    fail_three_times(server, clock)
    assert relay_health.open_faults()[0].code == "REJECTED_AT_BANNER"
    assert server.connections == 3
    clock.forward(seconds=10)
    drain(clock)
    assert server.connections == 3
    server.heal("banner")
    clock.forward(seconds=11)
    assert drain(clock) == 4
    assert relay_health.open_faults() == []


def test_new_relay_settings_are_tried_at_once(server, clock, saved_relay, now):
    posted = post(clock)
    fail_three_times(server, clock)
    server.heal("banner")
    relay.save(
        server=saved_relay.server_without_password,
        keep_password=False,
        allow_cleartext_password=False,
        actor="ada",
        now=now,
        is_bound_by_egress=False,
    )
    assert drain(clock) == 1
    assert row(posted).state == State.SENT


def test_a_refused_sponsors_address_holds_up_its_own_mails_only(server, clock):
    save_guest_email_settings(
        enabled=True, default_from="wifi@testlab.com", always_default=False, actor="ada", now=clock()
    )
    server.fail("MAIL", answer("550 5.7.60 Not permitted to send as this sender"), times=1)
    refused = post(clock, sponsor_address="sami@testlab.com")
    other = post(clock)
    assert drain(clock) == 1
    assert (row(refused).state, row(refused).attempts) == (State.QUEUED, 0)
    assert row(refused).due_at > clock()
    assert row(other).state == State.SENT
    assert not RelayHealth.objects.exists()


def test_a_refused_default_address_concerns_every_mail_and_pauses_the_relay(server, clock):
    server.fail("MAIL", answer("550 5.7.60 Not permitted to send as this sender"))
    posted = post(clock)
    drain(clock)
    assert (row(posted).state, row(posted).attempts) == (State.QUEUED, 0)
    assert row(posted).due_at <= clock()
    assert RelayHealth.objects.get().code == "SENDER_REFUSED"


def test_no_answer_after_the_final_dot_is_ambiguous_and_repeated_once_after_a_minute(server, clock):
    server.fail("DOT", reset(), times=2)
    posted = post(clock)
    drain(clock)
    assert row(posted).state == State.AMBIGUOUS
    clock.forward(seconds=59)
    sweeps.sweep(clock())
    assert row(posted).state == State.AMBIGUOUS
    clock.forward(seconds=1)
    sweeps.sweep(clock())
    drain(clock)
    assert row(posted).state == State.AMBIGUOUS
    clock.forward(hours=1)
    sweeps.sweep(clock())
    assert row(posted).state == State.AMBIGUOUS
    assert outcomes(posted) == ["unanswered", "unanswered"]


def test_a_reminder_without_an_answer_is_not_repeated(server, clock):
    leases.keep_duties((Persona.PAN,), holder="ise3-1", now=clock())
    add_node("ise3-1", clock())
    server.fail("DOT", reset(), times=1)
    posted = post(clock, category=GUEST_EXPIRY, secret_values={})
    drain(clock, Persona.PAN)
    assert row(posted).state == State.AMBIGUOUS
    sweeps.sweep(clock() + timedelta(hours=1))
    assert row(posted).state == State.AMBIGUOUS


def test_a_relay_that_ends_the_session_after_each_mail_loses_none(server, clock):
    posted = [post(clock, to=f"guest{number}@guest.example") for number in range(5)]
    server.fail("DOT", _accept_and_hang_up)
    assert drain(clock) == 5
    assert server.connections == 5
    assert {row(one).attempts for one in posted} == {1}


def _accept_and_hang_up(conversation):
    conversation.say("250 2.0.0 Ok: queued as LAST")
    close()(conversation)


def test_a_mail_that_is_not_wanted_any_more_is_cancelled_without_a_word_to_the_relay(server, clock):
    asked = []
    outbox.register_recheck(GUEST_EXPIRY, lambda reference: asked.append(reference) or False)
    leases.keep_duties((Persona.PAN,), holder="ise3-1", now=clock())
    add_node("ise3-1", clock())
    posted = post(clock, category=GUEST_EXPIRY, secret_values={})
    drain(clock, Persona.PAN)
    assert asked == ["guest:0c9e"]
    assert (row(posted).state, row(posted).values_sealed) == (State.CANCELLED, "")
    assert server.connections == 0


def test_a_mail_that_cannot_be_opened_is_dead_with_the_reason_and_the_next_one_leaves(server, clock):
    broken, other = post(clock), post(clock)
    OutgoingMail.objects.filter(pk=broken.id).update(values_sealed=row(other).values_sealed)
    assert drain(clock) == 1
    assert (row(broken).state, row(broken).last_code) == (State.DEAD, "SEAL_BROKEN")


def test_a_mail_sealed_with_a_key_this_node_lacks_is_dead_and_can_be_sent_again(server, clock):
    posted = post(clock)
    sealed = row(posted).values_sealed
    _, _, rest = sealed.split(":", 2)
    OutgoingMail.objects.filter(pk=posted.id).update(values_sealed=f"v1:gone:{rest}")
    drain(clock)
    assert (row(posted).state, row(posted).last_code) == (State.DEAD, "KEY_MISSING")
    OutgoingMail.objects.filter(pk=posted.id).update(values_sealed=sealed)
    outbox.resend(mail_id=posted.id, actor="ada", now=clock())
    assert drain(clock) == 1


def test_nothing_is_sent_without_a_relay_and_the_mail_waits(server, clock):
    posted = post(clock)
    type(relay.current()).objects.all().delete()
    assert drain(clock) == 0
    assert (row(posted).state, row(posted).attempts) == (State.QUEUED, 0)


def test_a_mail_past_its_use_is_not_claimed(server, clock):
    posted = post(clock, not_after=clock() + timedelta(minutes=1))
    clock.forward(minutes=1)
    assert drain(clock) == 0
    assert row(posted).state == State.QUEUED
    assert server.connections == 0


def test_only_the_node_on_duty_sends_the_mails_of_the_mnt(server, clock):
    add_node("ise3-1", clock())
    add_node("ise3-2", clock())
    leases.keep_duties((Persona.MNT,), holder="ise3-2", now=clock())
    posted = post(clock, category=ALARM, values={"alarm_name": "x"}, secret_values={})
    assert drain(clock, Persona.MNT) == 0
    assert row(posted).state == State.QUEUED
    leases.keep_duties((Persona.MNT,), holder="ise3-1", now=clock() + timedelta(seconds=31))
    clock.forward(seconds=32)
    assert drain(clock, Persona.MNT) == 1


def lease(clock, owner="ise3-1/x/1/1/1", seconds=120):
    return claims.Lease(owner, "ise3-1", seconds)


def test_a_process_that_lost_its_claim_reports_in_vain(server, clock):
    posted = post(clock)
    first = claims.claim(Persona.PSN, lease=lease(clock), limit=1, taken=0, now=clock())[0]
    clock.forward(seconds=121)
    assert sweeps.reclaim(clock()) == 1
    assert drain(clock) == 1
    facts = results.Try(clock(), clock(), 1, "ise3-1", "ise3-1/x/1/1/1")
    assert results.finish(first.id, first.token, Event.REFUSE, facts) is False
    assert row(posted).state == State.SENT
    assert outcomes(posted) == ["crashed", "accepted"]


def test_a_claim_is_not_taken_back_before_its_lease_ends_and_the_third_crash_is_poison(server, clock):
    posted = post(clock)
    for crash in (1, 2, 3):
        assert claims.claim(Persona.PSN, lease=lease(clock), limit=1, taken=0, now=clock())
        assert sweeps.reclaim(clock() + timedelta(seconds=119)) == 0
        clock.forward(seconds=120)
        assert sweeps.reclaim(clock()) == 1
        assert row(posted).crashes == crash
    assert (row(posted).state, row(posted).last_code) == (State.DEAD, "PROCESS_DIED")


def test_a_renewed_lease_holds_longer(server, clock):
    post(clock)
    held = claims.claim(Persona.PSN, lease=lease(clock), limit=1, taken=0, now=clock())
    clock.forward(seconds=100)
    claims.renew(held, lease=lease(clock), now=clock())
    clock.forward(seconds=100)
    assert sweeps.reclaim(clock()) == 0


def test_credentials_go_first_but_every_fifth_place_is_for_the_oldest_other_mail(server, clock):
    alarm = OutgoingMail.objects.get(
        pk=post(clock, category=ALARM, values={"alarm_name": "x"}, secret_values={}).id
    )
    OutgoingMail.objects.filter(pk=alarm.pk).update(persona="psn")
    clock.forward(seconds=1)
    for number in range(8):
        post(clock, to=f"guest{number}@guest.example")
    assert drain(clock) == 9
    is_alarm = [b"ISE Alarm" in message.data for message in server.messages]
    assert not is_alarm[0] and not is_alarm[-1] and sum(is_alarm) == 1


@pytest.mark.parametrize(("timeout", "lease_length"), [(1, 120), (60, 120), (61, 121), (300, 360)])
def test_the_lease_outlasts_the_longest_mail(timeout, lease_length):
    assert delivery.lease_seconds(timeout) == lease_length


def test_the_clock_of_the_row_is_the_real_one_when_a_worker_drains(server):
    posted = outbox.post(
        category=GUEST_CREDENTIALS,
        to="gita@guest.example",
        values={"ui_user_name": "x"},
        secret_values={"ui_password": "x"},
        language="en",
        reference="guest:1",
        now=timezone.now(),
    )
    assert delivery.drain(persona=Persona.PSN, clock=timezone.now) == 1
    assert outbox.was_accepted("guest:1")
    assert outbox.last_accepted_at() == row(posted).sent_at


def test_a_process_that_slept_past_its_lease_sends_nothing_more_of_its_batch(server, clock):
    posted = [post(clock, to=f"guest{number}@guest.example") for number in range(3)]

    def sleep_over_the_second(conversation):
        if len(conversation.server.commands) > 5:
            clock.forward(seconds=121)
            conversation.server.heal("DOT")
        conversation.say("250 2.0.0 Ok: queued as SLOW")

    server.fail("DOT", sleep_over_the_second)
    assert drain(clock) == 2
    assert [row(one).state for one in posted] == [State.SENT, State.SENT, State.SENDING]
    assert sweeps.reclaim(clock()) == 1
    assert drain(clock) == 1


def test_a_long_opening_renews_the_lease_before_anything_is_sent(server, clock):
    posted = post(clock)

    def slow_greeting(conversation):
        clock.forward(seconds=100)
        conversation.say("220 mail.testlab.com ESMTP ready")

    server.fail("banner", slow_greeting, times=1)
    seen = []
    server.fail(
        "RCPT", lambda conversation: (seen.append(row(posted).lease_until), answer("250 Ok")(conversation))
    )
    drain(clock)
    assert seen == [clock() + timedelta(seconds=120)]


def test_a_mail_whose_writing_fails_unexpectedly_waits_and_the_next_one_leaves(server, clock, monkeypatch):
    broken, other = post(clock), post(clock)

    def write(item, real=courier.message_of):
        return real(item) if item.id == other.id else 1 / 0

    monkeypatch.setattr(courier, "message_of", write)
    assert drain(clock) == 1
    assert (row(broken).state, row(broken).last_code) == (State.QUEUED, "INTERNAL")


def test_a_trial_mail_that_never_meets_the_relay_leaves_the_trial_to_the_next_one(server, clock):
    broken = post(clock)
    fail_three_times(server, clock)
    other = post(clock)
    OutgoingMail.objects.filter(pk=broken.id).update(values_sealed=row(other).values_sealed)
    server.heal("banner")
    clock.forward(seconds=31)
    assert drain(clock) == 1
    assert [row(one).state for one in (broken, other)] == [State.DEAD, State.SENT]


def test_a_recheck_that_fails_puts_its_own_mail_off_and_no_other(server, clock):
    outbox.register_recheck(GUEST_CREDENTIALS, lambda reference: 1 / 0 if reference == "guest:bad" else True)
    broken, other = post(clock, reference="guest:bad"), post(clock)
    assert drain(clock) == 1
    assert [row(one).state for one in (broken, other)] == [State.QUEUED, State.SENT]
