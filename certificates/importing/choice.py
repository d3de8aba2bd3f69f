"""What an admin chose of an upload: which certificates, how they are named, and what was confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certificates.importing import confirmations
from certificates.importing.confirmations import Confirmation
from certificates.importing.judging import Judgement, extension_findings
from certificates.importing.replacing import Fate, Replacement
from certificates.importing.rows import Wish
from certificates.pki.verdict import Finding
from certificates.usages import Usage


@dataclass(frozen=True)
class Choice:
    """The choice of one upload; certificates are named by their place in it, counted from 0.

    A certificate without a name gets ISE's default; one with a replacement keeps what the replaced one has.
    """

    taken: tuple[int, ...]
    usages: frozenset[Usage] = frozenset()
    description: str = ""
    names: Mapping[int, str] = field(default_factory=dict)
    replacements: Mapping[int, Replacement] = field(default_factory=dict)
    confirmed: frozenset[Confirmation] = frozenset()
    validate_extensions: bool = False

    def findings(self, place: int, judgement: Judgement) -> list[Finding]:
        """Why the certificate at a place cannot be taken like this; nothing when it can."""
        duplicate = judgement.duplicate_finding
        if duplicate is not None:
            return [duplicate]
        errors = extension_findings(judgement.item) if self.validate_extensions else []
        return [*errors, *confirmations.without(self._warnings(place, judgement), self.confirmed)]

    def wish(self, place: int, judgement: Judgement, name: str) -> Wish:
        """How the certificate at a place is to be stored."""
        return Wish(
            item=judgement.item,
            name=name,
            description=self.description,
            usages=self.usages,
            confirmed=confirmations.boxes_for(self._warnings(place, judgement)),
        )

    def _warnings(self, place: int, judgement: Judgement) -> list[Finding]:
        replacement = self.replacements.get(place)
        return judgement.warnings_unless_replacing(replacement.id if replacement else None)

    def as_json(self) -> dict[str, Any]:
        """The choice as plain values."""
        return {
            "taken": list(self.taken),
            "usages": sorted(usage.value for usage in self.usages),
            "description": self.description,
            "names": {str(place): name for place, name in self.names.items()},
            "replacements": {
                str(place): [old.id, old.fate.value] for place, old in self.replacements.items()
            },
            "confirmed": sorted(box.value for box in self.confirmed),
            "validate_extensions": self.validate_extensions,
        }


def from_json(kept: Mapping[str, Any]) -> Choice:
    """The choice that `as_json` wrote; what was not chosen yet is empty."""
    return Choice(
        taken=tuple(kept.get("taken", ())),
        usages=frozenset(Usage(value) for value in kept.get("usages", ())),
        description=kept.get("description", ""),
        names={int(place): name for place, name in kept.get("names", {}).items()},
        replacements={
            int(place): Replacement(old, Fate(fate))
            for place, (old, fate) in kept.get("replacements", {}).items()
        },
        confirmed=frozenset(Confirmation(value) for value in kept.get("confirmed", ())),
        validate_extensions=kept.get("validate_extensions", False),
    )
