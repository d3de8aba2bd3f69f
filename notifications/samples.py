"""Values for trying a mail's text out, written as the real mail writes them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from console import moments

_LASTS = timedelta(days=3)


def values(now: datetime) -> dict[str, str]:
    """Return a value for every variable that a mail has, in the active language; dates lie around `now`."""
    return {**_of_a_guest(now), **_of_an_alarm(now), **_of_a_test(now)}


def _of_a_guest(now: datetime) -> dict[str, str]:
    return {
        "ui_user_name": "ggarg",
        "ui_password": "7h4Kp2mQ9xWd",
        "ui_first_name": "Gita",
        "ui_last_name": "Garg",
        "ui_company": "Testlab",
        "ui_email_address": "gita@guest.example",
        "ui_phone_number": "+33 1 23 45 67 89",
        "ui_guest_type": _("Daily"),
        "ui_start_date_time": moments.in_full(now),
        "ui_end_date_time": moments.in_full(now + _LASTS),
        "ui_portal_url": f"{settings.ISE_MAIL_PUBLIC_URL}/guest/",
        "ui_sponsor_name": "Sami Sorel",
        "ui_time_left": _("3 days"),
    }


def _of_an_alarm(now: datetime) -> dict[str, str]:
    ends = {"name": "Testlab Root CA", "day": moments.in_full(now + 4 * _LASTS)}
    return {
        "alarm_name": _("Certificate Expiration"),
        "alarm_severity": _("Warning"),
        "alarm_time": moments.in_full(now),
        "alarm_details": _("The trusted certificate “%(name)s” expires on %(day)s.") % ends,
        "alarm_remedy": _("Import the certificate that replaces it."),
        "node_name": settings.ISE_MAIL_NODE,
    }


def _of_a_test(now: datetime) -> dict[str, str]:
    return {
        "relay_name": "mail.testlab.com:587",
        "requested_by": "ada",
        "requested_at": moments.in_full(now),
        "console_url": settings.ISE_MAIL_PUBLIC_URL,
    }
