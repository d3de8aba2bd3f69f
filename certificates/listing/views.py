"""The page that lists the trusted certificates, and their export."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from certificates.listing import query as listing
from certificates.listing import removal
from certificates.listing.export import Form, export
from certificates.listing.selection import parse_selection
from console.access import needs

PART = "trusted-table"


@require_safe
@needs("certificates.view")
def trusted_list(request: HttpRequest) -> HttpResponse:
    """List the trusted certificates; a request for the table alone gets the table alone."""
    query, now = listing.parse_query(request.GET.dict()), timezone.now()
    is_part = request.htmx.target == PART and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    context = {
        "query": query,
        "listing": listing.list_certificates(query, now=now),
        "sizes": listing.PAGE_SIZES,
        "may_edit": request.user.has_permission("certificates.edit"),  # type: ignore[union-attr]
        "removals": () if is_part else removal.recent(now=now),
    }
    return render(request, f"certificates/{'_trusted_table' if is_part else 'trusted_list'}.html", context)


@require_safe
@needs("certificates.view")
def trusted_export_many(request: HttpRequest) -> HttpResponseBase:
    """Hand out the selected certificates, or with `all` everything that the filter finds, as one file."""
    selection = parse_selection(
        request.GET.getlist("chosen"),
        is_all="all" in request.GET,
        query=listing.parse_query(request.GET.dict()),
    )
    form = Form.ZIP if request.GET.get("form") == Form.ZIP else Form.PEM
    made = export(selection, form, now=timezone.now())
    response = StreamingHttpResponse(made.pieces, content_type=made.content_type)
    response["Content-Disposition"] = content_disposition_header(True, made.name)
    return response
