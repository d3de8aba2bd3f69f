"""What holds for every answer: HEAD carries no body, and what is refused for its form is told in words."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import defaults

_MEGABYTE = 1024 * 1024
Answer = Callable[[HttpRequest], HttpResponseBase]


class HeadMiddleware:
    """Takes the body from every answer to HEAD and leaves its length (RFC 9110 section 9.3.2).

    A body after all would be read as the start of the next answer on a connection that is kept.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method != "HEAD":
            return response
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        elif response.streaming:
            response.headers.setdefault("Content-Length", "0")
            response.streaming_content = []  # type: ignore[attr-defined]
        return response


class MethodRefusedMiddleware:
    """Gives the empty answer to a method that a page does not take (405) a page of its own."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not isinstance(response, HttpResponse):
            return response
        if response.content:
            return response
        page = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read; the page about too much text names the limit and the way out.

    It is raised while the form's token is looked for, so no view can answer it.
    """
    if not isinstance(exception, RequestDataTooBig):
        return defaults.bad_request(request, exception)
    context = {"limit": (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // _MEGABYTE}
    return render(request, "413.html", context, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
