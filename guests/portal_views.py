"""The console's pages about guest portals: list, settings, and the email with its preview and trial."""

from dataclasses import asdict
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from console.access import actor_of, address_of, needs
from console.fragments import fragment_of
from guests import portals
from guests.admin_forms import PortalSettingsForm, TestMailForm
from notifications import outbox

_PREVIEW_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


@needs("portals.view")
@require_safe
def portals_list(request: HttpRequest) -> HttpResponse:
    """List the guest portals."""
    return render(request, "guests/portal_list.html", {"name": portals.NAME, "settings": portals.current()})


@needs("portals.view")
@require_http_methods(["GET", "POST"])
def portal_settings(request: HttpRequest) -> HttpResponse:
    """Show the portal's settings, or save them."""
    initial = asdict(portals.current())
    initial["email_allowlist"] = "\n".join(initial["email_allowlist"])
    form = PortalSettingsForm(request.POST or None, initial=initial)
    may_edit = admit(request, "portals.edit")
    if request.method == "POST" and form.is_valid():
        portals.save(
            form.settings(), actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
        messages.success(request, _("Portal settings saved."))
        return redirect("guests:portal-settings")
    context = {"form": form, "name": portals.NAME, "may_edit": may_edit}
    return render(request, "guests/portal_settings.html", context)


@needs("portals.view")
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Show the credentials mail as guests receive it, or send it with sample values to an address."""
    language = _language(request)
    form = TestMailForm(request.POST or None, initial={"language": language})
    may_test = admit(request, "mail.test")
    if request.method == "POST" and form.is_valid():
        mail_id = _send_test_mail(request, form)
        if mail_id is not None:
            address = reverse("guests:portal-email")
            return redirect(f"{address}?language={form.cleaned_data['language']}&sent={mail_id}#test")
    context = {
        "form": form,
        "may_test": may_test,
        "mail_language": language,
        "languages": settings.LANGUAGES,
        "width": "phone" if request.GET.get("width") == "phone" else "desktop",
        "mail": portals.preview(language=language, now=timezone.now()),
        "result": _result(request.GET.get("sent", "")),
    }
    return render(request, "guests/portal_email.html", context)


@needs("portals.view")
@require_safe
def email_preview(request: HttpRequest) -> HttpResponse:
    """Return the mail's HTML part, alone and locked in: no script, nothing loaded, for our own frame only."""
    response = HttpResponse(portals.preview(language=_language(request), now=timezone.now()).page)
    response["Content-Security-Policy"] = _PREVIEW_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@needs("portals.view")
@require_safe
@fragment_of("guests:portal-email")
def test_result(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Return how far the test mail is, for the page that waits for it."""
    result = _result(str(mail_id))
    if result is None:
        raise Http404
    return render(request, "guests/_test_result.html", {"result": result})


def _send_test_mail(request: HttpRequest, form: TestMailForm) -> UUID | None:
    try:
        return portals.send_test_mail(
            **form.cleaned_data, actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
    except outbox.AddressRefused:
        form.add_error("to", _("No email can be sent to this address."))
        return None


def _result(mail_id: str) -> portals.TestResult | None:
    try:
        return portals.test_result(UUID(mail_id))
    except (ValueError, outbox.UnknownMail):
        return None


def _language(request: HttpRequest) -> str:
    """Return the language asked for when it is one of ours, else the page's own."""
    wanted = request.GET.get("language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


def admit(request: HttpRequest, permission: str) -> bool:
    """Say whether the visitor may change what the page shows; raises PermissionDenied for a try without."""
    is_allowed: bool = request.user.has_permission(permission)  # type: ignore[union-attr]
    if request.method == "POST" and not is_allowed:
        raise PermissionDenied
    return is_allowed
