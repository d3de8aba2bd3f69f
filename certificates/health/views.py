"""The pages Trust health and Certificate periodic check settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.health import schedule
from certificates.health.forms import ScheduleForm
from certificates.health.page import check_page
from certificates.health.report import UNUSED_DAYS, days_of, report
from console.access import actor_of, address_of, needs
from console.fragments import fragment_of


@require_safe
@needs("certificates.view")
def trust_health(request: HttpRequest) -> HttpResponse:
    """List what wants attention, by kind."""
    found = report(now=timezone.now(), unused_days=days_of(request.GET.get("unused", "")))
    context = {"report": found, "unused_choices": UNUSED_DAYS}
    return render(request, "certificates/health.html", context)


@require_http_methods(["GET", "POST"])
@needs("certificates.view")
def periodic_check(request: HttpRequest) -> HttpResponse:
    """Show when the chains in use are checked and what the last check said, or save the times."""
    if request.method == "POST" and not _may_edit(request):
        raise PermissionDenied
    page = check_page(now=timezone.now())
    form = ScheduleForm(request.POST if request.method == "POST" else None, stored=page.settings)
    if form.is_bound and form.is_valid():
        schedule.save(schedule=form.schedule, **_by(request))
        messages.success(request, _("Certificate periodic check settings saved."))
        return redirect("certificates:periodic-check")
    context = {"form": form, "page": page, "may_edit": _may_edit(request)}
    return render(request, "certificates/periodic_check.html", context)


@require_safe
@needs("certificates.view")
@fragment_of("certificates:periodic-check")
def periodic_check_state(request: HttpRequest) -> HttpResponse:
    """Show how far the check is; 204 while it goes on, 286 ends the polling."""
    page = check_page(now=timezone.now())
    if page.is_under_way:
        return HttpResponse(status=204)
    response = render(request, "certificates/_periodic_results.html", {"page": page})
    response.status_code = 286
    return response


@require_POST
@needs("certificates.edit")
def periodic_check_now(request: HttpRequest) -> HttpResponse:
    """Have the chains in use checked now."""
    schedule.request(**_by(request))
    messages.success(request, _("The check was requested. It shows here when it is done."))
    return redirect("certificates:periodic-check")


def _may_edit(request: HttpRequest) -> bool:
    return bool(request.user.has_permission("certificates.edit"))  # type: ignore[union-attr]


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "address": address_of(request), "now": timezone.now()}
