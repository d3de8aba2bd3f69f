"""The door to the outbox: a mail is written in the caller's transaction and leaves after its commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from console import audit
from deployment.personas import Persona, this_node
from notifications import categories, wording
from notifications.categories import Category
from notifications.journal import (
    MailState,
    UnknownMail,
    count_accepted_since,
    counts,
    has_accepted,
    last_accepted_at,
    mail_row,
    state_of,
    was_accepted,
)
from notifications.mail.address import AddressRefused, clean_mailbox
from notifications.mail.identity import message_id, new_id
from notifications.mail.states import Event, MoveForbidden, State
from notifications.models.outbox import OutgoingMail
from notifications.nudge import nudge
from notifications.payload import SECRETS_HELD_FOR, holds_everything, seal_secrets, seal_values
from notifications.rechecks import register_recheck
from notifications.senders import guest_email_settings, sender_of

__all__ = [
    "AddressRefused",
    "DedupeKeyReused",
    "GuestMailDisabled",
    "MailState",
    "MoveForbidden",
    "PostedMail",
    "State",
    "UnknownMail",
    "ValuesErased",
    "cancel",
    "clean_mailbox",
    "count_accepted_since",
    "counts",
    "has_accepted",
    "last_accepted_at",
    "post",
    "register_recheck",
    "resend",
    "state_of",
    "was_accepted",
]


_WAKE: Final[Mapping[Persona, Callable[[], object]]] = {
    persona: partial(nudge, persona) for persona in Persona
}


class GuestMailDisabled(Exception):
    """The Guest email settings have mails to guests switched off."""


class DedupeKeyReused(ValueError):
    """A dedupe key was used before for a mail of another category or about another thing."""


class ValuesErased(Exception):
    """The mail cannot be sent again, since what stood in it is no longer held."""


@dataclass(frozen=True)
class PostedMail:
    """What became of a post; `created` is False when a mail with the same dedupe key was there already."""

    id: UUID
    created: bool


def post(  # noqa: PLR0913  (one mail is described by all of these)
    *,
    category: str,
    to: str,
    values: Mapping[str, str],
    secret_values: Mapping[str, str] | None = None,
    language: str,
    reference: str,
    dedupe_key: str | None = None,
    sponsor_address: str = "",
    now: datetime,
    not_after: datetime | None = None,
) -> PostedMail:
    """Write a mail into the outbox, to be sent once the caller's transaction has committed.

    `reference` names what the mail is about, such as `guest:0c9e`. A second post with the same dedupe key
    writes nothing. After `not_after`, at the latest after the category's time of use, it is not sent any
    more. Raises AddressRefused, GuestMailDisabled, DedupeKeyReused, UnknownCategory, and ValueError for a
    value whose name the category does not have.
    """
    row = categories.category(category)
    _refuse_unknown_names(row, values, secret_values or {})
    if row.is_for_guests and not guest_email_settings().enabled:
        raise GuestMailDisabled
    mail = _new_mail(row, to=to, sponsor_address=sponsor_address, now=now)
    useful_until = now + row.policy.useful_for
    mail.not_after = min(not_after or useful_until, useful_until)
    mail.dedupe_key, mail.reference, mail.language = dedupe_key, reference, language
    mail.values_sealed = seal_values(mail.id, values)
    mail.secrets_sealed = seal_secrets(mail.id, secret_values or {})
    return _inserted(mail, row)


def cancel(*, reference: str, actor: str, now: datetime) -> int:
    """Take back every mail about a thing that waits; return how many, audited when there were any."""
    with transaction.atomic():
        count = OutgoingMail.objects.filter(reference=reference).move(
            Event.CANCEL, secrets_sealed="", values_sealed=""
        )
        if count:
            audit.record(actor=actor, action="mail.cancel", target=reference, after={"mails": count}, now=now)
    return count


def resend(*, mail_id: UUID, actor: str, now: datetime, address: str = "") -> None:
    """Send a dead or ambiguous mail again, as new but with its own Message-ID; audited.

    Raises UnknownMail, MoveForbidden when it is in another state, ValuesErased.
    """
    with transaction.atomic():
        mail = mail_row(mail_id)
        row = categories.category(mail.category)
        has_moved = OutgoingMail.objects.filter(pk=mail_id).move(
            Event.RESEND,
            attempts=0,
            crashes=0,
            unanswered=0,
            due_at=now,
            not_after=_useful_until(row, mail, now),
        )
        if not has_moved:
            raise MoveForbidden(State(mail.state), Event.RESEND)
        if not holds_everything(row, values_sealed=mail.values_sealed, secrets_sealed=mail.secrets_sealed):
            raise ValuesErased
        audit.record(
            actor=actor,
            action="mail.resend",
            target=f"mail {mail_id}",
            before={"state": mail.state, "attempts": mail.attempts, "last_code": mail.last_code},
            after={"state": State.QUEUED, "recipient": mail.recipient},
            now=now,
            address=address,
        )
        _wake_after_commit(row.persona)


def _new_mail(row: Category, *, to: str, sponsor_address: str, now: datetime) -> OutgoingMail:
    """Return an unsaved mail with what follows from its category, its recipient and the time."""
    mail_id, fqdn = new_id(now), this_node().fqdn
    sender = sender_of(row, sponsor_address=sponsor_address, fqdn=fqdn)
    return OutgoingMail(
        id=mail_id,
        category=row.name,
        persona=row.persona.value,
        priority=row.priority,
        created_at=now,
        due_at=now,
        message_id=message_id(mail_id, fqdn),
        recipient=clean_mailbox(to),
        from_header=sender,
        envelope_from=sender,
    )


def _inserted(mail: OutgoingMail, row: Category) -> PostedMail:
    known = _posted_before(mail)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            mail.text = wording.current_text(row, language=mail.language)
            mail.save(force_insert=True)
    except IntegrityError:
        known = _posted_before(mail)
        if known is None:
            raise
        return known
    _wake_after_commit(row.persona)
    return PostedMail(mail.id, created=True)


def _wake_after_commit(persona: Persona) -> None:
    """Wake the workers of a persona once after the commit, however many mails it brings.

    A wake-up that an inner savepoint asked for does not count: it goes when the savepoint is rolled back.
    """
    wake, here = _WAKE[persona], set(connection.savepoint_ids)
    if not any(hook[1] is wake and hook[0] <= here for hook in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)


def _posted_before(mail: OutgoingMail) -> PostedMail | None:
    if mail.dedupe_key is None:
        return None
    known = OutgoingMail.objects.filter(dedupe_key=mail.dedupe_key).first()
    if known is None:
        return None
    if (known.category, known.reference) != (mail.category, mail.reference):
        raise DedupeKeyReused(mail.dedupe_key)
    return PostedMail(known.id, created=False)


def _useful_until(row: Category, mail: OutgoingMail, now: datetime) -> datetime:
    """Return how long a mail that is sent again is of use: no longer than its secrets are held."""
    until = now + row.policy.useful_for
    return min(until, mail.created_at + SECRETS_HELD_FOR) if mail.secrets_sealed else until


def _refuse_unknown_names(row: Category, values: Mapping[str, str], secret_values: Mapping[str, str]) -> None:
    unknown = (set(values) - row.variables) | (set(secret_values) - row.secret_variables)
    if unknown:
        raise ValueError(f"The mail {row.name!r} has no variable {', '.join(sorted(unknown))}.")
