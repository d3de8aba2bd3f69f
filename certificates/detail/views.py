"""The pages of one trusted certificate."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from certificates import truststore
from certificates.detail.forms import EditForm
from certificates.detail.page import detail_of, file_name
from certificates.models import TrustedCertificate
from certificates.pki import pem
from console.access import actor_of, address_of, needs


@require_GET
@needs("certificates.view")
def trusted_detail(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Show one certificate with all its fields."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    return _detail_page(request, certificate, EditForm.of(certificate))


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_edit(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Change name, status, description and usages."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    form = EditForm(request.POST) if request.method == "POST" else EditForm.of(certificate)
    if form.is_bound and form.is_valid():
        try:
            truststore.edit(
                certificate_id=certificate_id,
                change=form.change,
                actor=actor_of(request),
                now=timezone.now(),
                address=address_of(request),
            )
        except truststore.EditRefused as refusal:
            form.refuse(refusal)
        except truststore.NotFound as gone:
            raise Http404 from gone
        else:
            messages.success(request, _("Changes saved."))
            return redirect("certificates:trusted-detail", certificate_id)
    return _detail_page(request, certificate, form)


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_delete(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Ask, saying what would break, and then delete."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    now = timezone.now()
    if request.method == "POST":
        try:
            name = truststore.delete(
                certificate_id=certificate_id, actor=actor_of(request), now=now, address=address_of(request)
            )
        except truststore.NotFound as gone:
            raise Http404 from gone
        messages.success(request, _("“%(name)s” deleted.") % {"name": name})
        return redirect("certificates:trusted-list")
    context = {"detail": detail_of(certificate, now=now), "crumb": certificate.friendly_name}
    return render(request, "certificates/trusted_delete.html", context)


@require_GET
@needs("certificates.view")
def trusted_export(_request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Hand out the certificate as a PEM file."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    response = HttpResponse(pem.encode(bytes(certificate.der)), content_type="application/x-pem-file")
    response["Content-Disposition"] = content_disposition_header(True, file_name(certificate))
    return response


def _detail_page(request: HttpRequest, certificate: TrustedCertificate, form: EditForm) -> HttpResponse:
    context = {
        "detail": detail_of(certificate, now=timezone.now()),
        "form": form,
        "crumb": certificate.friendly_name,
        "may_edit": request.user.has_permission("certificates.edit"),  # type: ignore[union-attr]
    }
    return render(request, "certificates/trusted_detail.html", context)
