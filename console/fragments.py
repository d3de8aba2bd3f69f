"""Addresses that answer with a part of a page; opened alone in a browser they lead to the page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers

_ASKED_BY_PAGE = "HX-Request"
View = Callable[..., HttpResponse]


def is_asked_by_page(request: HttpRequest) -> bool:
    """Whether a page asks for a part of itself, so that nobody sees the answer alone."""
    return _ASKED_BY_PAGE in request.headers


def fragment_of(page: str, *names: str) -> Callable[[View], View]:
    """Have a view run for its page's own requests only; whoever opens the address is led to the page.

    `page` is the name of its address, and `names` the arguments of the view that stand in it too.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
            if is_asked_by_page(request):
                response = view(request, **arguments)
            else:
                response = redirect(page, **{name: arguments[name] for name in names})
            patch_vary_headers(response, [_ASKED_BY_PAGE])
            return response

        return guarded

    return guard
