"""What the delivery log's page makes of its address: filter, chips, ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deployment.personas import Persona
from notifications import delivery_log
from notifications.delivery_log import GROUPS, Filter

_LONGEST_SEARCH: Final = 254
_CHIPS: Final = (
    ("", _("All"), ""),
    ("accepted", _("Accepted"), "ok"),
    ("waiting", _("Waiting"), "info"),
    ("unanswered", _("No answer"), "warn"),
    ("not-sent", _("Not sent"), "bad"),
    ("held", _("Held"), "warn"),
    ("ended", _("Ended without sending"), "off"),
)


@dataclass(frozen=True)
class Chip:
    """One choice above the list, with how many mails it holds."""

    group: str
    label: Promise
    tone: str
    count: int
    is_current: bool


def parsed(query: Mapping[str, str]) -> Filter:
    """Return the filter that an address names; what it does not know it leaves out."""
    group, persona = query.get("state", ""), query.get("persona", "")
    return Filter(
        group=group if group in GROUPS else "",
        persona=persona if persona in {known.value for known in Persona} else "",
        node=query.get("node", "")[:63],
        category=query.get("mail", "")[:40],
        search=query.get("q", "").strip().replace("\0", "")[:_LONGEST_SEARCH],
    )


def chips_of(wanted: Filter) -> list[Chip]:
    """Return the chips; a group without a mail is shown only when it is chosen or is a main one."""
    counts = delivery_log.counts_by_group(wanted)
    chips = [Chip(group, label, tone, counts[group], group == wanted.group) for group, label, tone in _CHIPS]
    return [chip for chip in chips if chip.count or chip.is_current or chip.group not in {"held", "ended"}]


def uuid_or_none(text: str | None) -> UUID | None:
    """Return the id that a text spells, None when it spells none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
