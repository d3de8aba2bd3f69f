"""Guest types: how long accounts may last, and when their holders are told that the end is near."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from console import audit
from guests.letters import duration_in_words
from guests.models import GuestType

_FIELDS = (
    "description",
    "duration_unit",
    "maximum_duration",
    "default_duration",
    "has_expiry_notice",
    "expiry_notice_amount",
    "expiry_notice_unit",
)


class TypeUnknown(Exception):
    """There is no such guest type."""


@dataclass(frozen=True)
class Described:
    """One guest type as the list shows it."""

    guest_type: GuestType
    usual: str
    maximum: str
    notice: str


def described() -> list[Described]:
    """Return every guest type in words, by name."""
    return [
        Described(
            guest_type=kind,
            usual=duration_in_words(kind.usual),
            maximum=duration_in_words(kind.maximum),
            notice=_("%(duration)s before the end") % {"duration": duration_in_words(kind.notice)}
            if kind.has_expiry_notice
            else "",
        )
        for kind in GuestType.objects.all()
    ]


def by_id(type_id: int) -> GuestType:
    """Return one guest type; raises TypeUnknown."""
    found = GuestType.objects.filter(pk=type_id).first()
    if found is None:
        raise TypeUnknown
    return found


def save(guest_type: GuestType, *, actor: str, now: datetime, address: str = "") -> None:
    """Save a guest type whose fields have been checked; nothing is written when nothing changed."""
    with transaction.atomic():
        stored = GuestType.objects.select_for_update().get(pk=guest_type.pk)
        changed = [name for name in _FIELDS if getattr(stored, name) != getattr(guest_type, name)]
        if not changed:
            return
        guest_type.save(update_fields=changed)
        audit.record(
            actor=actor,
            action="guest_type.save",
            target=f"guest type:{guest_type.name}",
            before={name: getattr(stored, name) for name in changed},
            after={name: getattr(guest_type, name) for name in changed},
            now=now,
            address=address,
        )
