"""The Guest email settings, and whose address stands in the From of each mail."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from console import audit
from notifications.categories import Category, SenderRule
from notifications.mail.address import AddressRefused, clean_mailbox
from notifications.models.senders import DEFAULT_FROM, GuestEmail

_EXAMPLE_DOMAINS = ("example.com", "example.org", "example.net", "example")
_MOST_SHOWN = 5
FindSponsors = Callable[[tuple[str, ...], int], list[str]]
_sponsor_search: list[FindSponsors] = []


@dataclass(frozen=True)
class GuestEmailSettings:
    """Whether guests are mailed, the default From, and whether it stands even where there is a sponsor."""

    enabled: bool
    default_from: str
    always_default: bool

    @property
    def has_example_from(self) -> bool:
        """Whether From lies in a domain that is nobody's (RFC 2606), which no relay should accept."""
        domain = self.default_from.rpartition("@")[2]
        return domain.endswith(tuple(f".{name}" for name in _EXAMPLE_DOMAINS)) or domain in _EXAMPLE_DOMAINS


def guest_email_settings() -> GuestEmailSettings:
    """Return the settings, ISE's defaults when they were never saved."""
    row = GuestEmail.objects.filter(pk=1).first()
    if row is None:
        return GuestEmailSettings(True, DEFAULT_FROM, False)
    return GuestEmailSettings(row.enabled, row.default_from, row.always_default)


def register_sponsor_search(find: FindSponsors) -> None:
    """Say how to find the first so many addresses of sponsors in or below some domains, at start-up."""
    _sponsor_search[:] = [find]


def example_sponsors(settings: GuestEmailSettings) -> tuple[str, ...]:
    """Return the first addresses of sponsors in a domain that is nobody's from which mails would come."""
    if settings.always_default:
        return ()
    return tuple(address for find in _sponsor_search for address in find(_EXAMPLE_DOMAINS, _MOST_SHOWN))


def save_guest_email_settings(
    *, enabled: bool, default_from: str, always_default: bool, actor: str, now: datetime, address: str = ""
) -> GuestEmailSettings:
    """Save the settings with their audit; raises AddressRefused for a From that is no address."""
    wanted = GuestEmailSettings(enabled, clean_mailbox(default_from), always_default)
    with transaction.atomic():
        before = guest_email_settings()
        GuestEmail.objects.update_or_create(pk=1, defaults=asdict(wanted))
        audit.record(
            actor=actor,
            action="guest_email.save",
            target="guest email settings",
            before=asdict(before),
            after=asdict(wanted),
            now=now,
            address=address,
        )
    return wanted


def sender_of(category: Category, *, sponsor_address: str, fqdn: str) -> str:
    """Return the From of a mail: ise@<host name> for what a node says, else as the Guest email settings say.

    The default address stands in where the sponsor has none that can be used.
    """
    if category.sender is SenderRule.NODE:
        return f"ise@{fqdn}"
    settings = guest_email_settings()
    if category.sender is SenderRule.GUEST_EMAIL and not settings.always_default:
        try:
            return clean_mailbox(sponsor_address)
        except AddressRefused:
            return settings.default_from
    return settings.default_from
