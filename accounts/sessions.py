"""Which session cookie a path uses, how long a session lasts, and what it may do before a new password."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from accounts import persons
from accounts.models import CHANGE_OWN_PASSWORD, User
from accounts.portals import portal_of
from console.access import PUBLIC, required_permission

BEGAN = "began_at"
SEEN = "seen_at"
LANGUAGE = "language"
ENDED = "ended"
IDLE = "idle"
TOO_OLD = "too old"
POLL = "poll"
_STAMP_SECONDS = 60
View = Callable[..., Any]


class PortalSessionMiddleware(SessionMiddleware):
    """Keeps console, sponsor portal and guest portal in sessions of their own."""

    def process_request(self, request: HttpRequest) -> None:
        """Read the session of the portal that the path belongs to."""
        engine = import_module(settings.SESSION_ENGINE)
        request.session = engine.SessionStore(request.COOKIES.get(portal_of(request.path_info).cookie_name))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save a changed session and set its cookie, or delete the cookie of an emptied one."""
        name = portal_of(request.path_info).cookie_name
        session = request.session
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        if session.is_empty():
            if name in request.COOKIES:
                response.delete_cookie(name, path="/", samesite="Lax")
            return response
        if session.modified and response.status_code < 500:
            self._save(request)
            response.set_cookie(
                name,
                str(session.session_key),
                max_age=session.get_expiry_age(),
                path="/",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def _save(self, request: HttpRequest) -> None:
        try:
            request.session.save()
        except UpdateError as error:
            raise SessionInterrupted("The session was ended while the request ran.") from error


class SessionLimitsMiddleware:
    """Ends a session that was idle too long or has lasted too long, and insists on a new password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._check(request, timezone.now())
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Lead a person whose password must be changed to the page that does it."""
        if not request.user.is_authenticated or not request.user.must_change_password:
            return None
        if required_permission(view) in {PUBLIC, CHANGE_OWN_PASSWORD}:
            return None
        return redirect(portal_of(request.path_info).change_password)

    def _check(self, request: HttpRequest, now: datetime) -> None:
        reason = end_of(request.session, now=now)
        if reason:
            logout(request)
            request.session[ENDED] = reason
            return
        touch(request, now=now)
        _remember_language(request, now)


def person_of(request: HttpRequest) -> User:
    """Return who is signed in; only for views that ask for a permission, which nobody else reaches."""
    return cast(User, request.user)


def begin(request: HttpRequest, *, now: datetime) -> None:
    """Start the two clocks of a session, at sign-in."""
    request.session[BEGAN] = request.session[SEEN] = int(now.timestamp())


def end_of(session: Any, *, now: datetime) -> str:
    """Return why a session is over, or "" while it is not."""
    began, seen = session.get(BEGAN), session.get(SEEN)
    if began is None or seen is None:
        return ""
    if now >= _moment(began) + timedelta(hours=settings.ISE_MAIL_SESSION_HOURS):
        return TOO_OLD
    if now >= _moment(seen) + timedelta(minutes=settings.ISE_MAIL_SESSION_IDLE_MINUTES):
        return IDLE
    return ""


def touch(request: HttpRequest, *, now: datetime) -> None:
    """Note that the person is still there, at most once a minute.

    A page's own polling, an htmx request with `poll` in its query, is no sign of life.
    """
    if request.session.get(BEGAN) is None:
        begin(request, now=now)
    is_poll = "HX-Request" in request.headers and POLL in request.GET
    stamp = int(now.timestamp())
    if not is_poll and stamp - request.session[SEEN] >= _STAMP_SECONDS:
        request.session[SEEN] = stamp


def _moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, tz=timezone.get_default_timezone())


def _remember_language(request: HttpRequest, now: datetime) -> None:
    """Keep the language chosen in this browser with the person, for mails and other browsers.

    The session knows what was chosen before, so that two browsers with two languages do not take turns.
    """
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if language not in dict(settings.LANGUAGES) or language == request.session.get(LANGUAGE):
        return
    request.session[LANGUAGE] = language
    user = person_of(request)
    if language != user.language:
        persons.set_language(user=user, language=language, now=now)
