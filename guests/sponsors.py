"""Who is a sponsor, what the sponsor's groups allow, and which accounts are within reach."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts import directory
from guests.lifecycle import PeriodRules, Scope, Standing, widest
from guests.models import GuestAccount, GuestAccounts, GuestType, SponsorGroup


class SponsorshipRefused(Exception):
    """The sponsor may not do this; the class says why."""


class NotASponsor(SponsorshipRefused):
    """The person is in no enabled sponsor group."""


class GuestUnknown(SponsorshipRefused):
    """There is no such account, or it is not within the sponsor's reach."""


class TypeNotAllowed(SponsorshipRefused):
    """None of the sponsor's groups may make accounts of this type."""


@dataclass(frozen=True)
class Sponsor:
    """A sponsor with the groups that say what is allowed."""

    user_name: str
    groups: tuple[SponsorGroup, ...]

    @property
    def standing(self) -> Standing:
        """What the sponsor may manage."""
        scope = widest(Scope(group.manages) for group in self.groups)
        return Standing(
            self.user_name, scope or Scope.OWN_ACCOUNTS, frozenset(group.name for group in self.groups)
        )

    @property
    def can_view_passwords(self) -> bool:
        """Whether the sponsor is shown a new password."""
        return any(group.can_view_guest_passwords for group in self.groups)

    @property
    def can_reset_passwords(self) -> bool:
        """Whether the sponsor may have a new password made."""
        return any(group.can_reset_guest_passwords for group in self.groups)

    @property
    def guest_types(self) -> QuerySet[GuestType]:
        """The types of account the sponsor may make, by name."""
        return GuestType.objects.filter(sponsor_groups__in=self.groups).distinct()

    def group_for(self, guest_type: GuestType) -> SponsorGroup:
        """Return the group in whose name an account of a type is made; raises TypeNotAllowed."""
        order = list(Scope)
        able = [group for group in self.groups if guest_type in group.guest_types.all()]
        if not able:
            raise TypeNotAllowed
        return min(able, key=lambda group: order.index(Scope(group.manages)))

    def rules_for(self, guest_type: GuestType) -> PeriodRules:
        """Return what holds for the dates of an account of a type."""
        days_ahead = max((group.start_date_future_limit_days for group in self.groups), default=0)
        return PeriodRules(guest_type.maximum, days_ahead, timezone.get_default_timezone())


def sponsor_of(user_name: str) -> Sponsor:
    """Return the sponsor a person is; raises NotASponsor."""
    identity_groups = directory.identity_groups_of(user_name)
    groups = tuple(
        group
        for group in SponsorGroup.objects.filter(is_enabled=True).prefetch_related("guest_types")
        if set(group.member_groups) & set(identity_groups)
    )
    if not groups:
        raise NotASponsor
    return Sponsor(user_name, groups)


def guests_of(sponsor: Sponsor) -> GuestAccounts:
    """Return the accounts the sponsor may see, the newest first."""
    return GuestAccount.objects.managed_by(sponsor.standing).select_related("guest_type", "sponsor_group")


def guest_of(sponsor: Sponsor, account_id: UUID) -> GuestAccount:
    """Return one account the sponsor may see; raises GuestUnknown."""
    account = guests_of(sponsor).filter(pk=account_id).first()
    if account is None:
        raise GuestUnknown
    return account
