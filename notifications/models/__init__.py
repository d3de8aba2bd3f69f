"""The rows of the notifications app, one module for each thing."""

from notifications.models.outbox import DeliveryAttempt, OutgoingMail, RelayHealth
from notifications.models.relay import ConnectionTest, RelaySettings
from notifications.models.senders import GuestEmail
from notifications.models.wording import MailText

__all__ = [
    "ConnectionTest",
    "DeliveryAttempt",
    "GuestEmail",
    "MailText",
    "OutgoingMail",
    "RelayHealth",
    "RelaySettings",
]
