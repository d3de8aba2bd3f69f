"""The pages of one trusted certificate."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from certificates import truststore
from certificates.chains import what_if
from certificates.detail import editing
from certificates.detail.forms import REFUSALS, EditForm, EditForms
from certificates.detail.page import broken_by, dependence_of, detail_of, file_name, view_of
from certificates.models import TrustedCertificate
from certificates.pki import pem
from console.access import actor_of, address_of, needs
from console.fragments import fragment_of


@require_safe
@needs("certificates.view")
def trusted_detail(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Show one certificate with all that is known of it."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    now, may = timezone.now(), request.user.has_permission  # type: ignore[union-attr]
    view = view_of(certificate, now=now, may=may)
    context = {
        "detail": detail_of(certificate, now=now),
        "view": view,
        "revocation": view.revocation,
        "may_edit": may("certificates.edit"),
    }
    return render(request, "certificates/trusted_detail.html", context)


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_edit(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Change name, status, description, usages, and how the status of issued certificates is validated."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    forms = EditForms(certificate, request.POST if request.method == "POST" else None)
    if request.method == "POST" and forms.are_valid():
        try:
            editing.save(
                certificate_id=certificate_id,
                edit=forms.edit,
                actor=actor_of(request),
                now=timezone.now(),
                address=address_of(request),
            )
        except truststore.NotFound as gone:
            raise Http404 from gone
        except REFUSALS as refusal:
            forms.refuse(refusal)
        else:
            messages.success(request, _("Changes saved."))
            return redirect("certificates:trusted-detail", certificate_id)
    return _edit_page(request, certificate, forms)


@require_safe
@needs("certificates.edit")
@fragment_of("certificates:trusted-edit", "certificate_id")
def trusted_what_if(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Answer what the form as it stands would break; the edit page asks whenever a box changes."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    broken = broken_by(certificate, request.GET, now=timezone.now())
    return render(request, "certificates/_what_if.html", {"broken": broken, "form": EditForm()})


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_delete(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Ask, saying what would break, and then delete."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    now = timezone.now()
    if request.method == "POST":
        try:
            name = editing.delete(
                certificate_id=certificate_id, actor=actor_of(request), now=now, address=address_of(request)
            )
        except truststore.NotFound as gone:
            raise Http404 from gone
        messages.success(request, _("“%(name)s” deleted.") % {"name": name})
        return redirect("certificates:trusted-list")
    context = {
        "detail": detail_of(certificate, now=now),
        "dependence": dependence_of(certificate, now=now, may=request.user.has_permission),  # type: ignore[union-attr]
        "broken": what_if.broken_by(remove={certificate.sha256}, disable=(), now=now),
    }
    return render(request, "certificates/trusted_delete.html", context)


@require_safe
@needs("certificates.view")
def trusted_export(_request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Hand out the certificate as a PEM file."""
    certificate = get_object_or_404(TrustedCertificate, pk=certificate_id)
    response = HttpResponse(pem.encode(bytes(certificate.der)), content_type="application/x-pem-file")
    response["Content-Disposition"] = content_disposition_header(True, file_name(certificate))
    return response


def _edit_page(request: HttpRequest, certificate: TrustedCertificate, forms: EditForms) -> HttpResponse:
    now = timezone.now()
    values = forms.main.data if forms.main.is_bound else forms.main.initial
    context = {
        "detail": detail_of(certificate, now=now),
        "forms": forms,
        "form": forms.main,
        "broken": broken_by(certificate, values, now=now),
    }
    return render(request, "certificates/trusted_edit.html", context)
