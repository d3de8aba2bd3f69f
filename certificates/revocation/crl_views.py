"""The button that has the list of an authority downloaded at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from certificates.revocation import downloads
from console.access import actor_of, address_of, needs


@require_POST
@needs("certificates.edit")
def crl_download(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Have the list downloaded now; the page shows what became of it."""
    try:
        downloads.download_now(
            certificate_id=certificate_id,
            actor=actor_of(request),
            now=timezone.now(),
            address=address_of(request),
        )
    except downloads.NotDownloaded as gone:
        raise Http404 from gone
    messages.success(request, _("The download was requested. Its result shows here in a moment."))
    return redirect("certificates:trusted-detail", certificate_id)
