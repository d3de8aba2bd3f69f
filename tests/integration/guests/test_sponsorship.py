"""What sponsors may do, and for whom."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from console import secrets
from console.models import AuditEvent
from guests import credentials, sponsors, sponsorship
from guests.lifecycle import State
from guests.models import GuestAccount, SponsorGroup
from guests.sponsors import Sponsor
from guests.sponsorship import Notice
from notifications import outbox
from notifications.mail.states import State as MailState
from notifications.models.outbox import OutgoingMail
from notifications.payload import open_values

pytestmark = pytest.mark.django_db
Make = Callable[..., sponsorship.Issued]


def unsealed_values(mail: OutgoingMail) -> dict[str, str]:
    return open_values(mail.pk, values_sealed=mail.values_sealed, secrets_sealed=mail.secrets_sealed)


def send(account: GuestAccount, sponsor: Sponsor, now: datetime, **how: object) -> sponsorship.Issued:
    options = {"may_renew": False, "form_token": "notify-1", **how}
    return sponsorship.notify(account_id=account.pk, sponsor=sponsor, now=now, **options)  # type: ignore[arg-type]


def test_a_new_account_is_created_for_its_sponsor_and_audited(sami: Sponsor, make_guest: Make) -> None:
    account = make_guest(sami).account
    assert (account.state, account.sponsor_user_name) == (State.AWAITING_INITIAL_LOGIN, "sami")
    assert account.sponsor_group == SponsorGroup.objects.get(name="OWN_ACCOUNTS (default)")
    event = AuditEvent.objects.get(action="guest.create")
    assert (event.actor, event.target) == ("sami", f"guest:{account.pk}")
    assert event.after is not None
    assert event.after["user_name"] == "ggarg"


def test_the_same_form_sent_twice_makes_one_account_and_still_shows_the_password(
    sami: Sponsor, make_guest: Make
) -> None:
    first, second = make_guest(sami), make_guest(sami)
    assert second.account.pk == first.account.pk
    assert second.password == first.password
    assert GuestAccount.objects.count() == 1


def test_creating_sends_no_mail(sami: Sponsor, make_guest: Make) -> None:
    make_guest(sami)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("group", "sees"),
    [
        ("OWN_ACCOUNTS (default)", {"theirs"}),
        ("GROUP_ACCOUNTS (default)", {"theirs", "of the same group"}),
        ("ALL_ACCOUNTS (default)", {"theirs", "of the same group", "of another group"}),
    ],
)
def test_a_sponsor_sees_own_group_or_all_accounts(
    make_sponsor: Callable[[str, str], Sponsor], make_guest: Make, group: str, sees: set[str]
) -> None:
    other = "GROUP_ACCOUNTS (default)" if group != "GROUP_ACCOUNTS (default)" else "OWN_ACCOUNTS (default)"
    people = {
        "theirs": make_sponsor("vera", group),
        "of the same group": make_sponsor("walt", group),
        "of another group": make_sponsor("xena", other),
    }
    accounts = {
        whose: make_guest(person, form_token=f"form-{whose}").account for whose, person in people.items()
    }
    seen = set(sponsors.guests_of(people["theirs"]))
    assert {whose for whose, account in accounts.items() if account in seen} == sees
    for whose, account in accounts.items():
        if whose in sees:
            assert sponsors.guest_of(people["theirs"], account.pk) == account
        else:
            with pytest.raises(sponsors.GuestUnknown):
                sponsors.guest_of(people["theirs"], account.pk)


def test_a_foreign_account_cannot_be_notified(
    sami: Sponsor, olga: Sponsor, make_guest: Make, now: datetime
) -> None:
    account = make_guest(olga).account
    with pytest.raises(sponsors.GuestUnknown):
        send(account, sami, now)
    assert not OutgoingMail.objects.exists()


def test_somebody_in_no_sponsor_group_is_no_sponsor(
    sami: Sponsor, make_sponsor: Callable[[str, str], Sponsor]
) -> None:
    with pytest.raises(sponsors.NotASponsor):
        make_sponsor("emil", "Employee")
    SponsorGroup.objects.update(is_enabled=False)
    with pytest.raises(sponsors.NotASponsor):
        sponsors.sponsor_of("sami")


def test_a_guest_type_that_no_group_has_is_refused(sami: Sponsor, make_guest: Make) -> None:
    SponsorGroup.objects.get(name="OWN_ACCOUNTS (default)").guest_types.clear()
    with pytest.raises(sponsors.TypeNotAllowed):
        make_guest(sponsors.sponsor_of("sami"))


def test_notify_posts_the_held_password_in_the_sponsors_name(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    issued = make_guest(sami)
    answer = send(issued.account, sami, now)
    mail = OutgoingMail.objects.get()
    values = unsealed_values(mail)
    assert answer.account.mail_id == mail.pk
    assert (mail.recipient, mail.from_header) == ("gita@guest.example", "sami@testlab.com")
    assert (mail.reference, mail.persona) == (f"guest:{issued.account.pk}", "psn")
    assert values["ui_password"] == issued.password
    assert values["ui_user_name"] == "ggarg"
    assert values["ui_sponsor_name"] == "Sami Sorel"
    assert answer.password is None
    event = AuditEvent.objects.get(action="guest.notify")
    assert issued.password not in repr(event.after)


def test_notify_pressed_twice_sends_one_mail(sami: Sponsor, make_guest: Make, now: datetime) -> None:
    account = make_guest(sami).account
    send(account, sami, now)
    OutgoingMail.objects.update(state=MailState.SENT, sent_at=now, values_sealed="", secrets_sealed="")
    send(account, sami, now, may_renew=True)
    assert OutgoingMail.objects.count() == 1


def test_once_the_password_has_gone_notify_asks_before_it_makes_a_new_one(
    sami: Sponsor, make_guest: Make, reread: Callable[[GuestAccount], GuestAccount], now: datetime
) -> None:
    issued = make_guest(sami)
    later = now + timedelta(hours=24)
    credentials.erase_served_passwords(later)
    account = reread(issued.account)
    assert sponsorship.notice_for(account, sami, now=later) is Notice.RENEW
    with pytest.raises(sponsorship.NoticeRefused) as refusal:
        send(account, sami, later)
    assert refusal.value.notice is Notice.RENEW
    assert not OutgoingMail.objects.exists()

    renewed = send(account, sami, later, may_renew=True)
    assert renewed.password is not None
    assert renewed.password != issued.password
    account = reread(account)
    assert credentials.is_password(account, renewed.password)
    assert not credentials.is_password(account, issued.password or "")
    assert unsealed_values(OutgoingMail.objects.get())["ui_password"] == renewed.password


def test_a_new_password_takes_back_a_mail_with_the_old_one(
    sami: Sponsor, make_guest: Make, reread: Callable[[GuestAccount], GuestAccount], now: datetime
) -> None:
    account = make_guest(sami).account
    old = send(account, sami, now).account.mail_id
    later = now + timedelta(hours=24)
    send(reread(account), sami, later, may_renew=True, form_token="notify-2")
    assert OutgoingMail.objects.get(pk=old).state == MailState.CANCELLED
    assert OutgoingMail.objects.exclude(pk=old).get().state == MailState.QUEUED


def test_a_group_may_be_kept_from_making_new_passwords(
    sami: Sponsor, make_guest: Make, reread: Callable[[GuestAccount], GuestAccount], now: datetime
) -> None:
    account = make_guest(sami).account
    SponsorGroup.objects.update(can_reset_guest_passwords=False)
    sponsor, later = sponsors.sponsor_of("sami"), now + timedelta(hours=24)
    with pytest.raises(sponsorship.NoticeRefused) as refusal:
        send(reread(account), sponsor, later, may_renew=True)
    assert refusal.value.notice is Notice.MAY_NOT_RENEW


def test_a_group_may_be_kept_from_seeing_passwords(sami: Sponsor, make_guest: Make) -> None:
    SponsorGroup.objects.update(can_view_guest_passwords=False)
    assert make_guest(sponsors.sponsor_of("sami")).password is None


@pytest.mark.parametrize("state", [State.PENDING_APPROVAL, State.SUSPENDED, State.EXPIRED, State.DENIED])
def test_credentials_are_not_sent_in_other_states(
    sami: Sponsor, make_guest: Make, now: datetime, state: State
) -> None:
    account = make_guest(sami).account
    GuestAccount.objects.update(state=state)
    with pytest.raises(sponsorship.NoticeRefused) as refusal:
        send(account, sami, now)
    assert refusal.value.notice is Notice.WRONG_STATE


def test_a_guest_without_an_address_cannot_be_notified(
    sami: Sponsor, make_guest: Make, now: datetime
) -> None:
    account = make_guest(sami, email="").account
    with pytest.raises(sponsorship.NoticeRefused) as refusal:
        send(account, sami, now)
    assert refusal.value.notice is Notice.NO_ADDRESS


def test_an_address_no_mail_can_go_to_is_refused_and_nothing_is_kept(
    sami: Sponsor, make_guest: Make, reread: Callable[[GuestAccount], GuestAccount], now: datetime
) -> None:
    account = make_guest(sami, email="a%b@guest.example").account
    with pytest.raises(outbox.AddressRefused):
        send(account, sami, now)
    assert reread(account).mail_id is None
    assert not AuditEvent.objects.filter(action="guest.notify").exists()


def test_a_credentials_mail_is_wanted_only_while_its_account_may_be_notified(
    sami: Sponsor, make_guest: Make
) -> None:
    account = make_guest(sami).account
    assert sponsorship.is_still_wanted(account.reference)
    GuestAccount.objects.update(state=State.SUSPENDED)
    assert not sponsorship.is_still_wanted(account.reference)
    reference = account.reference
    account.delete()
    assert not sponsorship.is_still_wanted(reference)


def test_the_sealed_password_is_bound_to_its_account(sami: Sponsor, make_guest: Make) -> None:
    account = make_guest(sami).account
    with pytest.raises(secrets.SealBroken):
        secrets.unseal(account.sealed_password, context="guest/another/password")
