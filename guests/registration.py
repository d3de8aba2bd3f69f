"""A visitor registers: one account, one mail with the credentials, one audit row, all or nothing."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from console import audit, ratelimit
from guests import builtin, credentials, letters, portals
from guests.lifecycle import State
from guests.models import SELF_REGISTERED, GuestAccount, GuestType
from notifications import categories, outbox

MAILS_AN_HOUR = 3
FORMS_AN_HOUR = 30
_HOUR = 3600
ACTOR = "guest"


class RegistrationRefused(Exception):
    """The visitor gets no account; the class says why."""


class TooManyMails(RegistrationRefused):
    """The mailbox has been sent three mails within the hour."""


class TooManyForms(RegistrationRefused):
    """The visitor's network address has sent too many forms within the hour."""


class DomainRefused(RegistrationRefused):
    """The portal registers only guests whose mailbox is in other domains."""


class MailDisabled(RegistrationRefused):
    """Guest mail is off and the portal shows no credentials, so they could not reach the guest."""


@dataclass(frozen=True)
class Visitor:
    """What a visitor has written into the form, and the language of the page."""

    first_name: str
    last_name: str
    email: str
    company: str
    language: str


@dataclass(frozen=True)
class Registered:
    """The account of a visitor; `password` is there while it may be shown on the next page."""

    account: GuestAccount
    password: str | None

    def __repr__(self) -> str:
        return f"Registered({self.account.user_name!r})"


def register(*, visitor: Visitor, form_token: str, now: datetime, address: str) -> Registered:
    """Make a visitor's account, of the Daily type, and post the mail with its credentials.

    The same details under the same form token are one registration, however often they are sent. Raises
    RegistrationRefused and outbox.AddressRefused.
    """
    settings = portals.current()
    submission = _submission(form_token, visitor)
    known = GuestAccount.objects.filter(submission=submission).first()
    if known is not None:
        return _again(known, settings)
    if not settings.allows(visitor.email):
        raise DomainRefused
    _count(visitor.email, address, now=now)
    account = _new_account(visitor, submission, now=now)
    while True:
        try:
            return _make(account, settings, now=now, address=address)
        except IntegrityError:
            # The same form came twice at once, or somebody took the user name between the look and the write.
            known = GuestAccount.objects.filter(submission=submission).first()
            if known is not None:
                return _again(known, settings)
            if not GuestAccount.objects.filter(user_name=account.user_name).exists():
                raise


def _make(account: GuestAccount, settings: portals.Settings, *, now: datetime, address: str) -> Registered:
    with transaction.atomic():
        account.user_name = credentials.free_user_name(account.first_name, account.last_name)
        password = credentials.issue(account, now=now)
        account.save(force_insert=True)
        try:
            account.mail_id = _post(account, password, now=now)
        except outbox.GuestMailDisabled as error:
            if not settings.shows_credentials:
                raise MailDisabled from error
        account.save(update_fields=["mail_id"])
        audit.record(
            actor=ACTOR,
            action="guest.register",
            target=account.reference,
            after={
                "user_name": account.user_name,
                "email": account.email,
                "guest_type": account.guest_type.name,
                "ends_at": account.ends_at,
                "mail": account.mail_id,
            },
            now=now,
            address=address,
        )
    return Registered(account, password if settings.shows_credentials else None)


def _post(account: GuestAccount, password: str, *, now: datetime) -> UUID:
    with transaction.atomic():
        mail = outbox.post(
            category=categories.GUEST_CREDENTIALS,
            to=account.email,
            values=letters.values_of(account, category=categories.GUEST_CREDENTIALS, now=now),
            secret_values=letters.secret_values_of(password),
            language=account.language,
            reference=account.reference,
            dedupe_key=f"{categories.GUEST_CREDENTIALS}:{account.submission}",
            now=now,
            not_after=account.ends_at,
        )
    return mail.id


def _again(account: GuestAccount, settings: portals.Settings) -> Registered:
    """Answer a form that came before; its password is shown once only, here or there."""
    may_show = account.password_shown_at is None and settings.shows_credentials
    return Registered(account, credentials.held_password(account) if may_show else None)


def _new_account(visitor: Visitor, submission: str, *, now: datetime) -> GuestAccount:
    guest_type = GuestType.objects.get(name=builtin.DAILY)
    return GuestAccount(
        first_name=visitor.first_name,
        last_name=visitor.last_name,
        email=visitor.email,
        company=visitor.company,
        guest_type=guest_type,
        portal=SELF_REGISTERED,
        begins_at=now.astimezone(UTC),
        ends_at=guest_type.usual.after(now, timezone.get_default_timezone()),
        state=State.AWAITING_INITIAL_LOGIN,
        language=visitor.language,
        created_at=now,
        submission=submission,
    )


def _count(email: str, address: str, *, now: datetime) -> None:
    """Count the form and the mail against their limits, outside the registration's transaction."""
    if not ratelimit.take(key=f"guest-form:{address}", limit=FORMS_AN_HOUR, per_seconds=_HOUR, now=now):
        raise TooManyForms
    mailbox = hashlib.sha256(email.casefold().encode()).hexdigest()
    if not ratelimit.take(key=f"guest-mail:{mailbox}", limit=MAILS_AN_HOUR, per_seconds=_HOUR, now=now):
        raise TooManyMails


def _submission(form_token: str, visitor: Visitor) -> str:
    """Return what makes a second sending of the same form the same registration."""
    details = (form_token, visitor.first_name, visitor.last_name, visitor.email, visitor.company)
    return hashlib.sha256("\x00".join(details).encode()).hexdigest()
