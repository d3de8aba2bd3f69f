"""What became of the mail with a guest's credentials, in words for the sponsor and for the guest."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from console import moments
from guests import letters
from guests.models import GuestAccount
from notifications.outbox import State

_ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING})
_FAILED = frozenset({State.DEAD, State.CANCELLED, State.EXPIRED})


@dataclass(frozen=True)
class MailWords:
    """One sentence and its tone: ok, warn, bad or off."""

    tone: str
    text: str
    is_final: bool = True


def for_sponsor(account: GuestAccount, *, now: datetime) -> MailWords:
    """Return what a sponsor reads, with the relay's reason where there is one."""
    mail = letters.state_of(account)
    if mail is None:
        return MailWords("off", _("Credentials not sent by email yet"))
    if mail.sent_at is not None:
        return MailWords("ok", _handed_over(mail.sent_at, now=now))
    reason = {"reason": mail.last_error}
    waiting = {
        State.HELD: _("The email is held back by an administrator"),
        State.AMBIGUOUS: _("The mail server did not say whether it took the email"),
    }
    if mail.state in _ON_ITS_WAY and not mail.last_error:
        return MailWords("off", _("The email is on its way to the mail server"), is_final=False)
    if mail.state in _ON_ITS_WAY:
        waiting[mail.state] = _("The email waits and is tried again: %(reason)s") % reason
    if mail.state in waiting:
        return MailWords("warn", waiting[mail.state], is_final=False)
    failed = _("The email could not be sent: %(reason)s") % reason
    return MailWords("bad", failed if mail.last_error else _("The email was not sent"))


def for_guest(account: GuestAccount, *, now: datetime) -> MailWords:
    """Return what the guest reads; what the relay said is not for strangers."""
    mail = letters.state_of(account)
    if mail is None:
        return MailWords("off", _("No email is sent at the moment."))
    if mail.sent_at is not None:
        return MailWords("ok", _handed_over(mail.sent_at, now=now))
    if mail.state in _FAILED:
        return MailWords("bad", _("The email could not be delivered. Check the address and register again."))
    return MailWords("off", _("The email is on its way."), is_final=False)


def _handed_over(sent_at: datetime, *, now: datetime) -> str:
    if timezone.localdate(sent_at) == timezone.localdate(now):
        return _("Handed to the mail server at %(time)s") % {"time": moments.clock_time(sent_at)}
    return _("Handed to the mail server on %(time)s") % {"time": moments.in_full(sent_at)}
