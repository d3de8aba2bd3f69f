"""Sign in, sign out, change one's password: the same three views for the console and the sponsor portal."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import directory, sessions
from accounts.forms import PasswordChangeForm, SignInForm, carry_out
from accounts.models import CHANGE_OWN_PASSWORD
from accounts.portals import portal_of
from console import access, audit, ratelimit
from console.access import actor_of, address_of, needs, public

PASSWORD_TRIES = 10
PASSWORD_TRIES_SECONDS = 15 * 60


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in page of the portal, or sign the visitor in."""
    portal = portal_of(request.path_info)
    target = _safe_target(request)
    if request.user.is_authenticated and portal.admits(request.user):
        return redirect(target)
    form = SignInForm(request.POST or None, request=request, now=timezone.now())
    if request.method == "POST" and form.is_valid():
        answer = form.login(request, redirect_url=target)
        if request.session.pop(access.NOT_DONE, False):
            messages.warning(
                request, _("Your session had ended, so the last action was not done. Repeat it.")
            )
        return _with_language(request, answer)
    context = {
        "form": form,
        "next": target,
        "ended": _end_sentence(request),
        "banner": settings.ISE_MAIL_SIGN_IN_BANNER,
    }
    status = HTTPStatus.TOO_MANY_REQUESTS if form.is_locked else HTTPStatus.OK
    return render(request, f"accounts/sign_in_{portal.name}.html", context, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session of this portal."""
    portal = portal_of(request.path_info)
    if request.user.is_authenticated:
        with transaction.atomic():
            audit.record(
                actor=actor_of(request),
                action="session.end",
                target=f"portal:{portal.name}",
                address=address_of(request),
                now=timezone.now(),
            )
        logout(request)
    return redirect(portal.sign_in)


@needs(CHANGE_OWN_PASSWORD)
@sensitive_post_parameters("old_password", "password", "repeated")
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Show the form, or change the person's own password and end the other sessions."""
    portal = portal_of(request.path_info)
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(request, form):
        messages.success(request, _("Your password was changed. Your other sessions have ended."))
        return redirect(portal.home)
    is_forced = sessions.person_of(request).must_change_password
    frame = "console/front.html" if is_forced else "console/page.html"
    context = {"form": form, "portal": portal, "is_forced": is_forced, "frame": frame}
    return render(request, f"accounts/password_change_{portal.name}.html", context)


def _change(request: HttpRequest, form: PasswordChangeForm) -> bool:
    """Change the password and keep this session; put a refusal into the form and return False."""

    def change() -> None:
        user = directory.change_password(
            username=request.user.get_username(),
            old_password=form.cleaned_data["old_password"],
            password=form.cleaned_data["password"],
            actor=actor_of(request),
            now=timezone.now(),
            address=address_of(request),
        )
        update_session_auth_hash(request, user)

    return _may_try(request, form) and carry_out(form, change)


def _may_try(request: HttpRequest, form: PasswordChangeForm) -> bool:
    """Count the try, since whoever found an open session may be guessing the current password."""
    is_allowed = ratelimit.take(
        key=f"password/{request.user.pk}",
        limit=PASSWORD_TRIES,
        per_seconds=PASSWORD_TRIES_SECONDS,
        now=timezone.now(),
    )
    if not is_allowed:
        form.add_error(None, _("Too many tries. Wait 15 minutes."))
    return is_allowed


def _safe_target(request: HttpRequest) -> str:
    """Return where to go after sign-in: the page asked for when it is of this portal, else its start page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    portal = portal_of(request.path_info)
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/")
    return target if is_ours and portal_of(target.partition("?")[0]) == portal else portal.home


def _with_language(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Bring the person's language to a browser in which none was chosen."""
    language = getattr(request.user, "language", "")
    if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def _end_sentence(request: HttpRequest) -> str:
    """Return why the last session ended, once."""
    reason = request.session.pop(sessions.ENDED, "")
    if reason == sessions.IDLE:
        minutes: int = settings.ISE_MAIL_SESSION_IDLE_MINUTES
        return ngettext(
            "You were signed out after %(n)d minute without activity.",
            "You were signed out after %(n)d minutes without activity.",
            minutes,
        ) % {"n": minutes}
    return _("Your session has reached its longest time. Sign in again.") if reason else ""
