"""The guest types and sponsor groups of a new installation."""

import pytest
from django.apps import apps
from django.apps.registry import Apps

from guests import builtin
from guests.models import GuestType, SponsorGroup

pytestmark = pytest.mark.django_db


def test_a_new_installation_has_ises_three_guest_types() -> None:
    rows = {
        kind.name: (kind.maximum_duration, kind.default_duration, kind.duration_unit, kind.is_default)
        for kind in GuestType.objects.all()
    }
    assert rows == {
        "Contractor (default)": (365, 90, "DAYS", True),
        "Daily (default)": (5, 1, "DAYS", True),
        "Weekly (default)": (14, 7, "DAYS", True),
    }


def test_a_new_installation_has_ises_three_sponsor_groups() -> None:
    rows = {
        group.name: (group.manages, group.member_groups, group.guest_types.count(), group.is_enabled)
        for group in SponsorGroup.objects.all()
    }
    assert rows == {
        name: (manages, [name], 3, True)
        for name, manages in (
            ("ALL_ACCOUNTS (default)", "ALLACCOUNTS"),
            ("GROUP_ACCOUNTS (default)", "GROUPACCOUNTS"),
            ("OWN_ACCOUNTS (default)", "OWNACCOUNTS"),
        )
    }


def test_what_an_administrator_changed_stays_at_the_next_migration() -> None:
    GuestType.objects.filter(name="Daily (default)").update(maximum_duration=2)
    SponsorGroup.objects.get(name="OWN_ACCOUNTS (default)").guest_types.clear()
    builtin.make_built_in(apps=apps)
    assert GuestType.objects.get(name="Daily (default)").maximum_duration == 2
    assert not SponsorGroup.objects.get(name="OWN_ACCOUNTS (default)").guest_types.exists()
    assert (GuestType.objects.count(), SponsorGroup.objects.count()) == (3, 3)


def test_before_the_tables_are_there_nothing_is_made() -> None:
    SponsorGroup.objects.all().delete()
    GuestType.objects.all().delete()
    builtin.make_built_in(apps=Apps())
    assert not GuestType.objects.exists()
