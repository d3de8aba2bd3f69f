"""The Deployment page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from console.access import needs
from deployment import overview


@require_safe
@needs("deployment.view")
def node_list(request: HttpRequest) -> HttpResponse:
    """Show the nodes, their roles and signs of life, and which node sends which mail now."""
    return render(request, "deployment/node_list.html", {"overview": overview.load(now=timezone.now())})
