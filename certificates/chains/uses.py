"""Who relies on a trusted certificate: the recorded connections, and what other apps know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certificates.chains.purposes import Purpose, purpose_named
from certificates.detail import dependents
from certificates.models import SeenChain

MOST_SHOWN: Final = 100


@dataclass(frozen=True)
class Use:
    """One endpoint whose verified chain rested on a certificate; `is_current`: the settings still name it."""

    purpose: Purpose
    endpoint: str
    last_seen_at: datetime
    node: str
    is_current: bool

    @property
    def label(self) -> str:
        """The endpoint as a person names it, such as `SMTP server mail.testlab.com:587`."""
        return self.purpose.of(self.endpoint)


def uses_of(fingerprint: str) -> tuple[Use, ...]:
    """Return the endpoints whose chain ended at the certificate, the last seen first."""
    ended = SeenChain.objects.filter(anchor_sha256=fingerprint).order_by("-last_seen_at", "-pk")
    uses: dict[tuple[str, str], Use] = {}
    for chain in ended.defer("presented")[:MOST_SHOWN]:
        uses.setdefault((chain.purpose, chain.endpoint), _use(chain))
    return tuple(uses.values())


def others_of(fingerprint: str, uses: Iterable[Use]) -> tuple[str, ...]:
    """Return what other apps know to use the certificate, without what a recorded use says already."""
    known = [use.label for use in uses]
    told = dict.fromkeys(dependents.told_of(fingerprint))
    return tuple(name for name in told if not any(label.startswith(name) for label in known))


def used_by(fingerprint: str) -> tuple[str, ...]:
    """Return the names of what is known to use the certificate: recorded connections, then what apps tell."""
    uses = uses_of(fingerprint)
    return (*(use.label for use in uses), *others_of(fingerprint, uses))


def _use(chain: SeenChain) -> Use:
    purpose = purpose_named(chain.purpose)
    return Use(purpose, chain.endpoint, chain.last_seen_at, chain.node, purpose.is_current(chain.endpoint))
