"""The page that lists the trusted certificates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from certificates.listing import query as listing
from certificates.usages import SHORT_LABELS
from console.access import needs


@require_GET
@needs("certificates.view")
def trusted_list(request: HttpRequest) -> HttpResponse:
    """List the trusted certificates."""
    query = listing.parse_query(request.GET.dict())
    context = {
        "query": query,
        "listing": listing.list_certificates(query, now=timezone.now()),
        "sizes": listing.PAGE_SIZES,
        "usages": [(usage.value, label) for usage, label in SHORT_LABELS.items()],
        "may_edit": request.user.has_permission("certificates.edit"),  # type: ignore[union-attr]
    }
    return render(request, "certificates/trusted_list.html", context)
