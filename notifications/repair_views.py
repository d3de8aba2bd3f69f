"""The way from a failed connection test to the page that mends its trust."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.access import actor_of, needs
from notifications import relay_repair


@require_POST
@needs("certificates.edit")
def smtp_server_repair(request: HttpRequest, test_id: int) -> HttpResponse:
    """Lead to the certificates that the server showed in one's own failed test."""
    try:
        proposal = relay_repair.propose(test_id, actor=actor_of(request), now=timezone.now())
    except relay_repair.NothingToRepair as nothing:
        raise Http404 from nothing
    return redirect("certificates:repair", proposal)
