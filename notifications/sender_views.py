"""The Guest email settings page."""

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from console.access import actor_of, address_of, needs
from notifications import senders
from notifications.sender_forms import GuestEmailForm


@require_http_methods(["GET", "POST"])
@needs("guest_email.view")
def guest_email(request: HttpRequest) -> HttpResponse:
    """Show the Guest email settings, or save them."""
    may_edit = request.user.has_permission("guest_email.edit")  # type: ignore[union-attr]
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    saved = senders.guest_email_settings()
    form = GuestEmailForm(request.POST) if request.method == "POST" else GuestEmailForm.of(saved)
    if form.is_bound and form.is_valid():
        senders.save_guest_email_settings(
            **asdict(form.wanted), actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
        messages.success(request, _("Guest email settings saved"))
        return redirect("notifications:guest-email")
    context = {
        "form": form,
        "saved": saved,
        "example_sponsors": senders.example_sponsors(saved),
        "may_edit": may_edit,
    }
    return render(request, "notifications/guest_email.html", context)
