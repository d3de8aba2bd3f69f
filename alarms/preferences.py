"""What admins set for each alarm: whether it is on, its threshold, and who is told besides the admins."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from alarms.models import AlarmSetting
from alarms.rules import RULES
from console import audit


@dataclass(frozen=True)
class Preference:
    """The settings of one alarm; `days` is None where the alarm has no threshold."""

    is_enabled: bool
    days: int | None
    addresses: tuple[str, ...] = ()


def of(code: str) -> Preference:
    """Return the settings of an alarm, the defaults when nobody has saved any."""
    row = AlarmSetting.objects.filter(rule=code).first()
    if row is None:
        return Preference(is_enabled=True, days=RULES[code].default_days)
    return Preference(is_enabled=row.is_enabled, days=row.days, addresses=tuple(row.addresses))


def save(preferences: Mapping[str, Preference], *, actor: str, now: datetime, address: str = "") -> list[str]:
    """Save the settings of some alarms; return the codes of those that changed, each audited."""
    changed = []
    with transaction.atomic():
        for code, wanted in preferences.items():
            before = of(code)
            if wanted == before:
                continue
            AlarmSetting.objects.update_or_create(
                rule=code, defaults={**asdict(wanted), "addresses": list(wanted.addresses)}
            )
            audit.record(
                actor=actor,
                action="alarms.save",
                target=code,
                before=asdict(before),
                after=asdict(wanted),
                now=now,
                address=address,
            )
            changed.append(code)
    return changed
