"""OCSP client profiles: which responders are asked, and how far their answers are believed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from certificates.models import OcspAnswer, OcspProfile, RevocationSettings, StoreVersion
from console import audit

MOST_USERS: Final = 50
_TEXTS: Final = frozenset({"name", "description"})


class ProfileUnknown(Exception):
    """There is no such profile any more."""


class NameTaken(Exception):
    """Another profile has this name."""


class AddressMissing(Exception):
    """The profile would ask nobody: it has no primary address and does not use that of the certificate."""


class ProfileInUse(Exception):
    """Certificates are validated with the profile; `users` names the first of them."""

    def __init__(self, users: Users) -> None:
        super().__init__(f"{users.count} certificates")
        self.users = users


@dataclass(frozen=True)
class Profile:
    """What an admin chooses for a profile; the two times are in seconds and in minutes."""

    name: str
    description: str = ""
    primary_url: str = ""
    secondary_url: str = ""
    use_aia: bool = False
    timeout_seconds: int = 5
    enable_nonce: bool = True
    validate_signature: bool = True
    cache_minutes: int = 1440


@dataclass(frozen=True)
class Users:
    """How many certificates are validated with a profile, and id and name of the first of them."""

    count: int
    first: tuple[tuple[int, str], ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.first)


def listed() -> QuerySet[OcspProfile]:
    """Every profile with `user_count` and `answer_count`, by name."""
    return OcspProfile.objects.annotate(
        user_count=Count(
            "revocationsettings", filter=Q(revocationsettings__ocsp_enabled=True), distinct=True
        ),
        answer_count=Count("ocspanswer", distinct=True),
    ).order_by("name")


def users_of(profile_id: int) -> Users:
    """Return which certificates are validated with the profile."""
    using = RevocationSettings.objects.filter(ocsp_profile=profile_id, ocsp_enabled=True)
    named = using.order_by("certificate__friendly_name").values_list(
        "certificate_id", "certificate__friendly_name"
    )
    return Users(using.count(), tuple(named[:MOST_USERS]))


def add(*, profile: Profile, actor: str, now: datetime, address: str = "") -> int:
    """Store a new profile and return its id; raises NameTaken and AddressMissing."""
    _check(profile)
    try:
        with transaction.atomic():
            row = OcspProfile.objects.create(**asdict(profile))
            audit.record(
                actor=actor,
                action="ocsp_profile.add",
                target=profile.name,
                after=asdict(profile),
                now=now,
                address=address,
            )
    except IntegrityError as error:
        raise NameTaken from error
    return row.pk


def edit(*, profile_id: int, profile: Profile, actor: str, now: datetime, address: str = "") -> bool:
    """Change a profile; returns False when nothing was different.

    Answers that were kept under other rules are forgotten. Raises ProfileUnknown, NameTaken, AddressMissing.
    """
    _check(profile, other_than=profile_id)
    try:
        with transaction.atomic():
            row = _locked(profile_id)
            before, after = asdict(chosen(row)), asdict(profile)
            changed = [name for name in after if after[name] != before[name]]
            if not changed:
                return False
            OcspProfile.objects.filter(pk=profile_id).update(**after)
            if not _TEXTS.issuperset(changed):
                OcspAnswer.objects.filter(profile=profile_id).delete()
            StoreVersion.bump()
            audit.record(
                actor=actor,
                action="ocsp_profile.edit",
                target=before["name"],
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
                now=now,
                address=address,
            )
    except IntegrityError as error:
        raise NameTaken from error
    return True


def delete(*, profile_id: int, actor: str, now: datetime, address: str = "") -> str:
    """Delete a profile that no certificate is validated with; return its name.

    Raises ProfileUnknown and ProfileInUse.
    """
    with transaction.atomic():
        row = _locked(profile_id)
        users = users_of(profile_id)
        if users.count:
            raise ProfileInUse(users)
        RevocationSettings.objects.filter(ocsp_profile=row).update(ocsp_profile=None)
        audit.record(
            actor=actor,
            action="ocsp_profile.delete",
            target=row.name,
            before=asdict(chosen(row)),
            now=now,
            address=address,
        )
        row.delete()
    return row.name


def clear_cache(*, profile_id: int, actor: str, now: datetime, address: str = "") -> int:
    """Forget the answers that are kept for a profile; return how many. Raises ProfileUnknown."""
    with transaction.atomic():
        row = _locked(profile_id)
        count = OcspAnswer.objects.filter(profile=row).delete()[0]
        audit.record(
            actor=actor,
            action="ocsp_profile.clear_cache",
            target=row.name,
            after={"answers": count},
            now=now,
            address=address,
        )
    return count


def is_name_taken(name: str, *, other_than: int | None = None) -> bool:
    """Whether another profile has this name, letter case aside."""
    return OcspProfile.objects.filter(name__iexact=name).exclude(pk=other_than or 0).exists()


def chosen(row: OcspProfile) -> Profile:
    """What is chosen in a stored profile."""
    values: dict[str, Any] = {name: getattr(row, name) for name in Profile.__dataclass_fields__}
    return Profile(**values)


def _check(profile: Profile, *, other_than: int | None = None) -> None:
    if not profile.primary_url and not profile.use_aia:
        raise AddressMissing
    if is_name_taken(profile.name, other_than=other_than):
        raise NameTaken


def _locked(profile_id: int) -> OcspProfile:
    row = OcspProfile.objects.select_for_update().filter(pk=profile_id).first()
    if row is None:
        raise ProfileUnknown
    return row
