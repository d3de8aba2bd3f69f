"""The alarms: one function each, which looks at the lower floors and the clock and says what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import truststore


class Severity(StrEnum):
    """How bad an alarm is, in ISE's three steps."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        """The word as ISE writes it, in the active language."""
        return {"critical": _("Critical"), "warning": _("Warning"), "info": _("Info")}[self.value]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; `subject` identifies it for ever, `name` is what an admin calls it."""

    subject: str
    name: str
    deadline: datetime


@dataclass(frozen=True)
class Rule:
    """One alarm of the catalog; `default_days` is None where it has no threshold.

    `describe` makes a sentence of a subject's name and its deadline in words.
    """

    code: str
    label: Any
    severity: Severity
    description: Any
    remedy: Any
    default_days: int | None
    find: Callable[[datetime, int | None], list[Finding]]
    describe: Callable[[str, str], str]


def certificate_expiration(now: datetime, days: int | None) -> list[Finding]:
    """Return the trusted certificates in use that end within so many days and have not ended."""
    rows = truststore.expiring(now=now, within_days=days or 0)
    return [Finding(*row) for row in map(_fields, rows) if row[2] > now]


def certificate_expired(now: datetime, _days: int | None) -> list[Finding]:
    """Return the trusted certificates in use that have ended."""
    rows = truststore.expiring(now=now, within_days=0)
    return [Finding(*row) for row in map(_fields, rows) if row[2] <= now]


def _fields(row: truststore.Expiring) -> tuple[str, str, datetime]:
    return row.fingerprint, row.friendly_name, row.not_after


def _describe_expiration(name: str, day: str) -> str:
    return _("The trusted certificate “%(name)s” expires on %(day)s.") % {"name": name, "day": day}


def _describe_expired(name: str, day: str) -> str:
    return _("The trusted certificate “%(name)s” expired on %(day)s.") % {"name": name, "day": day}


_REMEDY = gettext_lazy(
    "Import the certificate that replaces it under Administration > System > Certificates > Trusted"
    " certificates, then delete or disable the old one."
)
RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "certificate-expiration",
            gettext_lazy("Certificate Expiration"),
            Severity.WARNING,
            gettext_lazy("A trusted certificate in use expires within a number of days."),
            _REMEDY,
            90,
            certificate_expiration,
            _describe_expiration,
        ),
        Rule(
            "certificate-expired",
            gettext_lazy("Certificate Expired"),
            Severity.CRITICAL,
            gettext_lazy(
                "A trusted certificate in use has expired: what it vouches for is no longer trusted."
            ),
            _REMEDY,
            None,
            certificate_expired,
            _describe_expired,
        ),
    )
}
