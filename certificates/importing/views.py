"""The pages that take certificates in: the upload, the choice, and how far a worker is."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from certificates.importing import choosing, page, uploads
from certificates.importing.choice_form import ChoiceForm
from certificates.importing.choosing import ChoiceRefused, Outcome
from certificates.importing.forms import UploadForm
from certificates.models import UploadState
from certificates.pki.parse import ParseRefused
from console.access import actor_of, address_of, needs
from console.fragments import fragment_of


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_import(request: HttpRequest) -> HttpResponse:
    """Take files or text in, and show next what they hold."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        try:
            upload_id = uploads.take_in(files=form.sources, actor=actor_of(request), now=timezone.now())
        except ParseRefused as refusal:
            form.refuse(refusal)
        else:
            return redirect("certificates:trusted-import-choice", upload_id)
    return render(request, "certificates/trusted_import.html", {"form": form})


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_import_choice(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Show what an upload holds and import what is chosen; afterwards show what became of it."""
    now = timezone.now()
    try:
        upload = uploads.of_admin(upload_id, actor=actor_of(request), now=now)
    except uploads.UploadGone:
        return _gone(request)
    if upload.state != UploadState.SHOWN:
        return render(request, "certificates/import_result.html", {"progress": page.Progress(upload, now)})
    form = page.form_of(upload, request.POST if request.method == "POST" else None, now=now)
    if form.is_bound and form.is_valid():
        outcome = _chosen(request, upload_id, form)
        if outcome is not None:
            return _after(request, outcome, upload_id)
    return render(request, "certificates/import_choice.html", page.context_of(upload, form))


@require_safe
@needs("certificates.edit")
@fragment_of("certificates:trusted-import-choice", "upload_id")
def trusted_import_state(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Show how far a worker is; 204 while there is nothing new, 286 ends the polling."""
    now = timezone.now()
    try:
        upload = uploads.of_admin(upload_id, actor=actor_of(request), now=now)
    except uploads.UploadGone:
        return HttpResponse(status=286)
    progress = page.Progress(upload, now)
    if progress.is_open and request.GET.get("seen") == progress.seen:
        return HttpResponse(status=204)
    response = render(request, "certificates/import_progress.html", {"progress": progress})
    response.status_code = 200 if progress.is_open else 286
    return response


def _chosen(request: HttpRequest, upload_id: UUID, form: ChoiceForm) -> Outcome | None:
    """Carry the choice out; nothing when it is refused, and the form says why."""
    try:
        return choosing.choose(
            upload_id=upload_id,
            choice=form.choice,
            actor=actor_of(request),
            now=timezone.now(),
            address=address_of(request),
        )
    except ChoiceRefused as refusal:
        form.refuse(refusal)
        return None


def _after(request: HttpRequest, outcome: Outcome, upload_id: UUID) -> HttpResponseRedirect:
    if outcome.state != UploadState.DONE or not outcome.is_new:
        return redirect("certificates:trusted-import-choice", upload_id)
    count = len(outcome.stored)
    sentence = ngettext("“%(name)s” imported.", "%(count)d certificates imported.", count)
    said = sentence % {"name": outcome.stored[0].friendly_name, "count": count}
    messages.success(request, said)
    return redirect("certificates:trusted-list")


def _gone(request: HttpRequest) -> HttpResponseRedirect:
    messages.warning(request, _("This upload is not there any more. Choose the file again."))
    return redirect("certificates:trusted-import")
