"""The gate in front of every view: whoever lacks the permission it names is sent to sign in or refused."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from console import menu
from console.access import NOT_DONE, PUBLIC, required_permission, sign_in_address

_SAFE_METHODS = frozenset({"GET", "HEAD"})


class AccessMiddleware:
    """Refuses every view that neither names a permission the visitor holds nor is public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Let the view run, send the visitor to the sign-in page, or answer 403."""
        permission = required_permission(view)
        if permission == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if permission is None or not request.user.has_permission(permission):
            raise PermissionDenied
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and from there back; an action is not repeated, which is told afterwards."""
    target = request.get_full_path()
    if request.method not in _SAFE_METHODS:
        request.session[NOT_DONE] = True
        target = _page_of_the_button(request)
    return redirect_to_login(target, resolve_url(sign_in_address(request.path)))


def _page_of_the_button(request: HttpRequest) -> str:
    """Return the page that sent the action: what the browser names, else the nearest page of the menu."""
    page = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        parts = urlsplit(page)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
    pages = (reverse(entry.url_name) for entry in menu.places() if entry.url_name and entry.in_nav)
    return max((page for page in pages if request.path.startswith(page)), key=len, default="/")
