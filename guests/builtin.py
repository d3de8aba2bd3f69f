"""The guest types and sponsor groups that every installation begins with, under ISE's own names."""

from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.utils.translation import gettext, gettext_noop

from guests.lifecycle import Scope, Unit

DAILY = "Daily (default)"
_WORDS = {
    "Contractor (default)": gettext_noop("Contractor"),
    DAILY: gettext_noop("Daily"),
    "Weekly (default)": gettext_noop("Weekly"),
}
GUEST_TYPES: dict[str, dict[str, Any]] = {
    "Contractor (default)": {
        "description": gettext_noop("Default settings allow network access for up to a year."),
        "maximum_duration": 365,
        "default_duration": 90,
        "has_expiry_notice": True,
    },
    DAILY: {
        "description": gettext_noop("Default settings allow network access for just 1-5 days."),
        "maximum_duration": 5,
        "default_duration": 1,
        "expiry_notice_amount": 3,
        "expiry_notice_unit": Unit.HOURS,
    },
    "Weekly (default)": {
        "description": gettext_noop("Default settings allow network access for a couple of weeks."),
        "maximum_duration": 14,
        "default_duration": 7,
        "has_expiry_notice": True,
        "expiry_notice_amount": 1,
    },
}
SPONSOR_GROUPS: dict[str, dict[str, Any]] = {
    "ALL_ACCOUNTS (default)": {
        "description": "Sponsors assigned to this group can manage all guest user accounts.",
        "manages": Scope.ALL_ACCOUNTS,
    },
    "GROUP_ACCOUNTS (default)": {
        "description": "Sponsors assigned to this group can manage just the guest accounts created by "
        "sponsors from the same sponsor group.",
        "manages": Scope.GROUP_ACCOUNTS,
    },
    "OWN_ACCOUNTS (default)": {
        "description": "Sponsors assigned to this group can manage only the guest accounts "
        "they have created.",
        "manages": Scope.OWN_ACCOUNTS,
    },
}


def name_in_words(name: str) -> str:
    """Return a guest type's name in the active language where it is a built-in one."""
    word = _WORDS.get(name)
    return gettext("%(name)s (default)") % {"name": gettext(word)} if word else name


def short_name_in_words(name: str) -> str:
    """Return what guests and sponsors call a type: its name without the note that it is built in."""
    word = _WORDS.get(name)
    return gettext(word) if word else name.removesuffix(" (default)")


def description_in_words(name: str, description: str) -> str:
    """Return a type's description, in the active language as long as it is the one that came built in."""
    is_built_in = bool(description) and GUEST_TYPES.get(name, {}).get("description") == description
    return gettext(description) if is_built_in else description


def make_built_in(apps: Apps = installed_apps, **_signal: Any) -> None:
    """Make what is missing of the built-in types and groups; leaves what an administrator changed.

    `apps` are those that post_migrate hands over: without the tables, as after a partial migration, nothing
    is made. A flush hands over none, and then all tables are there.
    """
    try:
        guest_type = apps.get_model("guests", "GuestType")
        sponsor_group = apps.get_model("guests", "SponsorGroup")
    except LookupError:
        return
    types = [
        guest_type.objects.get_or_create(name=name, defaults={"is_default": True, **fields})[0]
        for name, fields in GUEST_TYPES.items()
    ]
    for name, fields in SPONSOR_GROUPS.items():
        group, is_new = sponsor_group.objects.get_or_create(
            name=name, defaults={"is_default": True, "member_groups": [name], **fields}
        )
        if is_new:
            group.guest_types.set(types)
