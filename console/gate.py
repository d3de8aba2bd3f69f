"""The gate in front of every view: whoever lacks the permission it names is sent to sign in or refused."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from console.access import PUBLIC, required_permission, sign_in_address


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
            return redirect_to_login(request.get_full_path(), resolve_url(sign_in_address(request.path)))
        if permission is None or not request.user.has_permission(permission):
            raise PermissionDenied
        return None
