"""The frame's own pages: dashboard, audit, language, and what a load balancer asks."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import i18n
from django.views.decorators.http import require_POST, require_safe

from console import audit_log, health
from console import dashboard as dashboard_page
from console.access import actor_of, address_of, needs, public
from console.fragments import fragment_of
from console.models import AuditEvent


@require_safe
@needs("dashboard.view")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the checklist, what is not well, and the figures."""
    visitor: Any = request.user
    overview = dashboard_page.overview(may=visitor.has_permission)
    return render(request, "console/dashboard.html", {"overview": overview})


@require_POST
@needs("dashboard.edit")
def dismiss_checklist(request: HttpRequest) -> HttpResponse:
    """Put the finished checklist away."""
    dismissed = dashboard_page.dismiss_checklist(
        actor=actor_of(request), now=timezone.now(), address=address_of(request)
    )
    if dismissed:
        messages.success(request, _("Checklist put away."))
    return redirect("console:dashboard")


@require_safe
@needs("audit.view")
def audit_events(request: HttpRequest) -> HttpResponse:
    """List who changed what, newest first."""
    query = audit_log.AuditQuery(
        actor=request.GET.get("actor", ""),
        action=request.GET.get("action", ""),
        search=request.GET.get("q", "").strip(),
    )
    context = {
        "query": query,
        "page": audit_log.page_of(query, page=request.GET.get("page", "1")),
        "actors": audit_log.actors(),
        "actions": audit_log.actions(),
    }
    return render(request, "console/audit_events.html", context)


@require_safe
@needs("audit.view")
def audit_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show one change with its fields before and after."""
    event = get_object_or_404(AuditEvent, pk=event_id)
    return render(request, "console/audit_event.html", {"event": event, "changes": audit_log.changes(event)})


@require_safe
@needs("audit.view")
@fragment_of("console:audit")
def audit_chain(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say whether every row is there and unchanged."""
    return render(request, "console/_audit_chain.html", {"chain": audit_log.chain_state()})


@require_POST
@public
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Remember the language and go back to the page it was chosen on."""
    return i18n.set_language(request)


@require_safe
@public
def live(_request: HttpRequest) -> JsonResponse:
    """Say that the process answers; nothing else is looked at."""
    return JsonResponse({"status": "live", "node": settings.ISE_MAIL_NODE})


@require_safe
@public
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether this node can serve; 503 with one sentence for each thing that keeps it from that."""
    try:
        faults, notices = health.faults(), health.notices()
    except DatabaseError:
        faults, notices = {"database": gettext("The database does not answer.")}, {}
    status = "unready" if faults else "ready"
    body = {"status": status, "node": settings.ISE_MAIL_NODE, "faults": faults, "notices": notices}
    return JsonResponse(body, status=503 if faults else 200)
