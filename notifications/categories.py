"""The table of the mails: persona, sender, urgency and the variables of each mail's text."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from deployment.personas import Persona
from notifications.mail.retry import PATIENT, URGENT, RetryPolicy

GUEST_CREDENTIALS: Final = "guest_credentials"
GUEST_EXPIRY: Final = "guest_expiry"
ALARM: Final = "alarm"
PASSWORD_EXPIRY: Final = "password_expiry"  # noqa: S105  (a mail's name)
TEST_MAIL: Final = "test_mail"
PORTAL_TEST: Final = "portal_test"


class UnknownCategory(Exception):
    """No mail has this name."""


class SenderRule(StrEnum):
    """Whose address stands in From."""

    GUEST_EMAIL = "guest_email"
    DEFAULT_FROM = "default_from"
    NODE = "node"


class Priority(IntEnum):
    """Which mails go first; a smaller number is more urgent."""

    CREDENTIALS = 0
    ALARMS = 3
    REMINDERS = 6


@dataclass(frozen=True)
class Category:
    """One kind of mail.

    `folder` holds its text below templates/notifications/mail. `is_for_guests` mails are refused while the
    Guest email settings have them off. The values of `secret_variables` are sealed apart and erased early.
    """

    name: str
    label: Any
    persona: Persona
    sender: SenderRule
    priority: Priority
    policy: RetryPolicy
    folder: str
    variables: frozenset[str]
    secret_variables: frozenset[str] = frozenset()
    is_for_guests: bool = False

    @property
    def all_variables(self) -> frozenset[str]:
        """Every name the text may use."""
        return self.variables | self.secret_variables


_GUEST: Final = frozenset(
    {
        "ui_user_name",
        "ui_first_name",
        "ui_last_name",
        "ui_company",
        "ui_email_address",
        "ui_phone_number",
        "ui_guest_type",
        "ui_start_date_time",
        "ui_end_date_time",
        "ui_portal_url",
        "ui_sponsor_name",
    }
)
_PASSWORD: Final = frozenset({"ui_password"})

_TABLE: Final = {
    row.name: row
    for row in (
        Category(
            GUEST_CREDENTIALS,
            _("Guest credentials"),
            Persona.PSN,
            SenderRule.GUEST_EMAIL,
            Priority.CREDENTIALS,
            URGENT,
            "guest_credentials",
            _GUEST,
            _PASSWORD,
            is_for_guests=True,
        ),
        Category(
            GUEST_EXPIRY,
            _("Guest account expiry"),
            Persona.PAN,
            SenderRule.DEFAULT_FROM,
            Priority.REMINDERS,
            PATIENT,
            "guest_expiry",
            _GUEST | {"ui_time_left"},
            is_for_guests=True,
        ),
        Category(
            ALARM,
            _("Alarm"),
            Persona.MNT,
            SenderRule.NODE,
            Priority.ALARMS,
            URGENT,
            "alarm",
            frozenset(
                {
                    "alarm_name",
                    "alarm_severity",
                    "alarm_time",
                    "alarm_details",
                    "alarm_remedy",
                    "node_name",
                    "console_url",
                }
            ),
        ),
        Category(
            PASSWORD_EXPIRY,
            _("Password expiry"),
            Persona.PAN,
            SenderRule.DEFAULT_FROM,
            Priority.REMINDERS,
            PATIENT,
            "password_expiry",
            frozenset(
                {
                    "ui_user_name",
                    "ui_first_name",
                    "ui_last_name",
                    "ui_end_date_time",
                    "ui_time_left",
                    "console_url",
                }
            ),
        ),
        Category(
            TEST_MAIL,
            _("Test mail"),
            Persona.PAN,
            SenderRule.DEFAULT_FROM,
            Priority.CREDENTIALS,
            URGENT,
            "test_mail",
            frozenset({"node_name", "relay_name", "requested_by", "requested_at", "console_url"}),
        ),
        Category(
            PORTAL_TEST,
            _("Portal text test"),
            Persona.PAN,
            SenderRule.DEFAULT_FROM,
            Priority.CREDENTIALS,
            URGENT,
            "guest_credentials",
            _GUEST | _PASSWORD,
        ),
    )
}


def category(name: str) -> Category:
    """Return a row of the table; raises UnknownCategory."""
    try:
        return _TABLE[name]
    except KeyError:
        raise UnknownCategory(name) from None


def categories() -> tuple[Category, ...]:
    """Return every row in the order of the table."""
    return tuple(_TABLE.values())
