"""The pages of the trusted certificates."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from certificates import listing, truststore, words
from certificates.detail import detail_of, file_name, previews_of
from certificates.forms import EditForm, ImportForm
from certificates.models import TrustedCertificate
from certificates.pki import pem
from certificates.usages import SHORT_LABELS
from console.access import actor_of, address_of, needs


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


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_import(request: HttpRequest) -> HttpResponse:
    """Import certificates from a file or from pasted text; with `review` the text only fills the form."""
    if "review" in request.POST:
        form = ImportForm.to_review(request.POST.get("text", ""))
    else:
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        try:
            result = truststore.import_certificates(
                data=form.file_data,
                usages=form.usages,
                name=form.cleaned_data["friendly_name"],
                description=form.cleaned_data["description"],
                accept_warnings=form.cleaned_data["accept_warnings"],
                actor=actor_of(request),
                now=timezone.now(),
                address=address_of(request),
            )
        except truststore.ImportRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _imported(result))
            return redirect("certificates:trusted-list")
    warnings = [words.text_of(finding.code, finding.params) for finding in form.warnings]
    context = {"form": form, "warnings": warnings, "previews": previews_of(form.parsed)}
    return render(request, "certificates/trusted_import.html", context)


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


def _imported(result: truststore.ImportResult) -> str:
    count = len(result.certificates)
    sentence = ngettext("“%(name)s” imported.", "%(count)d certificates imported.", count)
    return sentence % {"name": result.certificates[0].friendly_name, "count": count}
