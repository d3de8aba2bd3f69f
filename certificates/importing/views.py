"""The page that takes certificates in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from certificates import truststore, words
from certificates.importing.forms import ImportForm
from certificates.importing.preview import previews_of
from console.access import actor_of, address_of, needs


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


def _imported(result: truststore.ImportResult) -> str:
    count = len(result.certificates)
    sentence = ngettext("“%(name)s” imported.", "%(count)d certificates imported.", count)
    return sentence % {"name": result.certificates[0].friendly_name, "count": count}
