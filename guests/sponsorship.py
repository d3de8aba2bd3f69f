"""What a sponsor does for guests: make an account, and send its credentials by email."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import directory
from console import audit
from guests import credentials, letters
from guests.lifecycle import State, may_be_notified
from guests.models import SPONSOR_PORTAL, GuestAccount, GuestType
from guests.sponsors import GuestUnknown, Sponsor, SponsorshipRefused
from notifications import categories, outbox


class Notice(StrEnum):
    """What pressing Notify would do for an account."""

    SEND = "SEND"
    RENEW = "RENEW"
    WRONG_STATE = "WRONG_STATE"
    NO_ADDRESS = "NO_ADDRESS"
    MAY_NOT_RENEW = "MAY_NOT_RENEW"


class NoticeRefused(SponsorshipRefused):
    """The credentials are not sent; `notice` says why, RENEW that the sponsor has not agreed to it."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice)
        self.notice = notice


@dataclass(frozen=True)
class GuestDetails:
    """What a sponsor writes down about a guest."""

    first_name: str
    last_name: str
    email: str
    phone: str
    company: str
    guest_type: GuestType
    begins_at: datetime
    ends_at: datetime
    language: str


@dataclass(frozen=True)
class Issued:
    """An account with the password it has just been given, or None when there is nothing to show."""

    account: GuestAccount
    password: str | None

    def __repr__(self) -> str:
        return f"Issued({self.account.user_name!r})"


def create_guest(
    *, details: GuestDetails, sponsor: Sponsor, form_token: str, now: datetime, address: str = ""
) -> Issued:
    """Make an account with a password; the same form token makes one account, however often it is sent.

    The dates must have passed `lifecycle.period_faults`. No mail is sent: the sponsor presses Notify.
    Raises TypeNotAllowed.
    """
    submission = hashlib.sha256(f"{sponsor.user_name}\x00{form_token}".encode()).hexdigest()
    account = GuestAccount(
        **vars(details),
        sponsor_user_name=sponsor.user_name,
        sponsor_group=sponsor.group_for(details.guest_type),
        portal=SPONSOR_PORTAL,
        state=State.AWAITING_INITIAL_LOGIN,
        created_at=now,
        submission=submission,
    )
    while True:
        known = GuestAccount.objects.filter(submission=submission).first()
        if known is not None:
            return _issued_before(known, sponsor)
        try:
            return _create(account, sponsor, now=now, address=address)
        except IntegrityError:
            if not _is_taken(account):
                raise


def notify(
    *, account_id: UUID, sponsor: Sponsor, may_renew: bool, form_token: str, now: datetime, address: str = ""
) -> Issued:
    """Post the mail with a guest's credentials; the same form token posts one mail.

    When the password is no longer held and `may_renew` is set, a new one is made and the old one stops
    working. Raises GuestUnknown, NoticeRefused, outbox.AddressRefused and outbox.GuestMailDisabled.
    """
    with transaction.atomic():
        account = _locked(sponsor, account_id)
        if account.notify_token == form_token:
            return Issued(account, None)
        notice = notice_for(account, sponsor, now=now)
        if notice not in ({Notice.SEND, Notice.RENEW} if may_renew else {Notice.SEND}):
            raise NoticeRefused(notice)
        password = _password_to_send(account, sponsor, notice, now=now)
        account.mail_id = _post(account, password, form_token=form_token, now=now)
        account.notify_token = form_token
        account.save()
        audit.record(
            actor=sponsor.user_name,
            action="guest.notify",
            target=account.reference,
            after={
                "email": account.email,
                "mail": account.mail_id,
                "new_password": notice is Notice.RENEW,
            },
            now=now,
            address=address,
        )
    return Issued(account, password if notice is Notice.RENEW and sponsor.can_view_passwords else None)


def notice_for(account: GuestAccount, sponsor: Sponsor, *, now: datetime) -> Notice:
    """Say what pressing Notify would do now."""
    if not may_be_notified(account.standing_state) or account.ends_at <= now:
        return Notice.WRONG_STATE
    if not account.email:
        return Notice.NO_ADDRESS
    if account.sealed_password and not credentials.has_served(account, now=now):
        return Notice.SEND
    return Notice.RENEW if sponsor.can_reset_passwords else Notice.MAY_NOT_RENEW


def is_still_wanted(reference: str) -> bool:
    """Say whether the credentials mail of `guest:<id>` may still go out: asked just before sending."""
    account_id = reference.partition(":")[2]
    return GuestAccount.objects.notifiable().filter(pk=account_id).exists()


def _create(account: GuestAccount, sponsor: Sponsor, *, now: datetime, address: str) -> Issued:
    with transaction.atomic():
        account.user_name = credentials.free_user_name(account.first_name, account.last_name)
        password = credentials.issue(account, now=now)
        account.save(force_insert=True)
        audit.record(
            actor=sponsor.user_name,
            action="guest.create",
            target=account.reference,
            after=_described(account),
            now=now,
            address=address,
        )
    return Issued(account, password if sponsor.can_view_passwords else None)


def _issued_before(account: GuestAccount, sponsor: Sponsor) -> Issued:
    may_show = account.password_shown_at is None and sponsor.can_view_passwords
    return Issued(account, credentials.held_password(account) if may_show else None)


def _is_taken(account: GuestAccount) -> bool:
    names = GuestAccount.objects.filter(user_name=account.user_name)
    return names.exists() or GuestAccount.objects.filter(submission=account.submission).exists()


def _locked(sponsor: Sponsor, account_id: UUID) -> GuestAccount:
    reach = GuestAccount.objects.managed_by(sponsor.standing)
    account = GuestAccount.objects.select_for_update().filter(pk__in=reach.filter(pk=account_id)).first()
    if account is None:
        raise GuestUnknown
    return account


def _password_to_send(account: GuestAccount, sponsor: Sponsor, notice: Notice, *, now: datetime) -> str:
    held = credentials.held_password(account) if notice is Notice.SEND else None
    if held is not None:
        return held
    # A mail with the old password that still waits would arrive after the new one and contradict it.
    outbox.cancel(reference=account.reference, actor=sponsor.user_name, now=now)
    return credentials.issue(account, now=now)


def _post(account: GuestAccount, password: str, *, form_token: str, now: datetime) -> UUID:
    category = categories.GUEST_CREDENTIALS
    mail = outbox.post(
        category=category,
        to=account.email,
        values=letters.values_of(
            account, category=category, sponsor_name=_name_of(account.sponsor_user_name), now=now
        ),
        secret_values=letters.secret_values_of(password),
        language=account.language,
        reference=account.reference,
        dedupe_key=f"{category}:{account.pk}:{form_token}",
        sponsor_address=_address_of(account.sponsor_user_name),
        now=now,
        not_after=account.ends_at,
    )
    return mail.id


def _name_of(user_name: str) -> str:
    try:
        return directory.display_name(user_name) if user_name else ""
    except directory.UserUnknown:
        return ""


def _address_of(user_name: str) -> str:
    try:
        return directory.email_of(user_name) if user_name else ""
    except directory.UserUnknown:
        return ""


def _described(account: GuestAccount) -> dict[str, object]:
    names: Iterable[str] = ("user_name", "first_name", "last_name", "email", "company", "language")
    return {
        **{name: getattr(account, name) for name in names},
        "guest_type": account.guest_type.name,
        "begins_at": account.begins_at,
        "ends_at": account.ends_at,
    }
