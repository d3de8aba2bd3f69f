"""What every page of the console needs besides its own data."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from console import menu


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the rail, the side menu, the breadcrumb and what the banner must say."""
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return {"is_unencrypted": not settings.SESSION_COOKIE_SECURE}
    rail = menu.rail(request)
    return {
        "rail": rail,
        "error_frame": "console/page.html" if rail else "",
        "side_menu": menu.side_menu(request),
        "trail": menu.trail(request),
        "node_name": settings.ISE_MAIL_NODE,
        "is_unencrypted": not settings.SESSION_COOKIE_SECURE,
        "is_sandbox": settings.ISE_MAIL_SANDBOX,
    }
