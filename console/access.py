"""Who may open which page: permission names, and a decorator by which each view says what it asks for."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])
Labels = dict[str, Any]

_declared: Labels = {}
PUBLIC = ""
NOT_DONE = "not_done"
"""The session holds this when an action met the end of a session: the sign-in page then tells so."""
_sign_in_pages: dict[str, str] = {}


def declare(name: str, label: Any) -> None:
    """Make a permission name known; its label is what the group pages show."""
    _declared[name] = label


def declared() -> Labels:
    """Return every known permission name with its label."""
    return dict(sorted(_declared.items()))


def needs(permission: str) -> Callable[[View], View]:
    """Mark a view as open to signed-in people who hold the permission."""

    def mark(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody, signed in or not."""
    view.required_permission = PUBLIC  # type: ignore[attr-defined]
    return view


def required_permission(view: Callable[..., Any]) -> str | None:
    """Return the permission a view asks for, "" for a public one, None for a view that forgot to say."""
    return getattr(view, "required_permission", None)


def actor_of(request: HttpRequest) -> str:
    """Return the name under which the audit records who sent the request."""
    return request.user.get_username() or "anonymous"


def address_of(request: HttpRequest) -> str:
    """Return the client's address, counted from the trusted proxies' end of X-Forwarded-For.

    A header that no trusted proxy vouches for is ignored, so that it cannot lift a lockout.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    depth: int = settings.ISE_MAIL_TRUSTED_PROXIES
    if depth and len(hops) >= depth:
        return hops[-depth]
    return str(request.META.get("REMOTE_ADDR", ""))


def sign_in_address(path: str) -> str:
    """Return the name of the sign-in page of the portal that a path belongs to."""
    return _sign_in_pages.get(path.split("/")[1], settings.LOGIN_URL)


def sign_in_at(prefix: str, url_name: str) -> None:
    """Give the paths below a first segment, such as `sponsor`, a sign-in page of their own."""
    _sign_in_pages[prefix] = url_name
