"""System checks of the frame: an installation that cannot keep its secrets does not start."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from console import secrets


@register()
def check_key_ring(**_: Any) -> list[CheckMessage]:
    """Refuse to start without a readable key ring (console.E001)."""
    try:
        secrets.ring()
    except secrets.KeyRingBroken as error:
        return [
            Error(str(error), hint="Set ISE_MAIL_KEYRING to the ring all nodes share.", id="console.E001")
        ]
    return []
