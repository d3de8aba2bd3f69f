"""The report of the page Trust health: everything about trust that wants somebody's attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certificates.health import service_findings, store_findings
from certificates.health.findings import Group
from certificates.health.periodic import last_results
from certificates.models import CertificateCheck
from certificates.pki.verdict import OK

UNUSED_DAYS: Final = (30, 90, 180, 365)
USUAL_DAYS: Final = 90


@dataclass(frozen=True)
class Report:
    """The groups that have findings, the most pressing first."""

    groups: tuple[Group, ...]
    unused_days: int

    @property
    def count(self) -> int:
        """How many findings there are."""
        return sum(group.count for group in self.groups)


def days_of(text: str) -> int:
    """Read from an address after how many days a certificate counts as not used."""
    return int(text) if text in {str(days) for days in UNUSED_DAYS} else USUAL_DAYS


def report(*, now: datetime, unused_days: int) -> Report:
    """Collect the findings at `now` in about twenty queries, however many certificates there are."""
    results = tuple(last_results())
    groups = (
        service_findings.chains(results),
        store_findings.expired(now),
        service_findings.lists(now),
        service_findings.services(now, results),
        store_findings.expiring(now),
        store_findings.weak(),
        store_findings.not_an_authority(),
        store_findings.duplicate_key(),
        store_findings.unused(now, days=unused_days),
    )
    return Report(tuple(group for group in groups if group.count), unused_days)


def urgent_count(now: datetime) -> int:
    """Return how many findings break connections, or soon will: a figure cheap enough for the dashboard."""
    refused = CertificateCheck.objects.exclude(code=OK).count()
    return refused + store_findings.count_expired_enabled(now) + service_findings.count_lists(now)
