"""System checks of the deployment: a node with a wrong name or persona does not start."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from deployment.personas import Persona, parse

# One label of a host name (RFC 1123 2.1): it names the node's queue and stands before @ in Celery's log.
_HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


@register()
def check_node(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse unknown or missing personas (deployment.E001) and a bad node name (deployment.E002)."""
    found: list[CheckMessage] = []
    known, given = ", ".join(Persona), ",".join(settings.ISE_MAIL_PERSONAS)
    if not _are_personas(settings.ISE_MAIL_PERSONAS):
        found.append(
            Error(
                f"ISE_MAIL_PERSONAS is {given!r}; it lists one or more of {known}.",
                id="deployment.E001",
            )
        )
    if not _HOSTNAME.fullmatch(settings.ISE_MAIL_NODE):
        found.append(
            Error(
                f"The node name {settings.ISE_MAIL_NODE!r} is not a short host name.",
                hint="Set ISE_MAIL_NODE to letters, digits and hyphens, 63 at most.",
                id="deployment.E002",
            )
        )
    return found


def _are_personas(words: list[str]) -> bool:
    try:
        return bool(parse(words))
    except ValueError:
        return False
