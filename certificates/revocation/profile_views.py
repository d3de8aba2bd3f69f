"""The pages of the OCSP client profiles."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.models import OcspProfile
from certificates.revocation import profile_forms, profiles
from certificates.revocation.gate import port_warning
from certificates.revocation.profile_forms import ProfileForm
from console.access import actor_of, address_of, needs


@require_safe
@needs("certificates.view")
def profile_list(request: HttpRequest) -> HttpResponse:
    """List the profiles."""
    context = {"profiles": profiles.listed(), "may_edit": _may_edit(request)}
    return render(request, "certificates/ocsp_profile_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def profile_add(request: HttpRequest) -> HttpResponse:
    """Show the form for a new profile, or store it."""
    form = ProfileForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            profile_id = profiles.add(profile=form.profile, **_by(request))
        except profiles.NameTaken:
            form.add_error("name", profile_forms.NAME_TAKEN)
        else:
            return _saved(request, form, profile_id)
    return render(request, "certificates/ocsp_profile.html", {"form": form, "may_edit": True})


@require_http_methods(["GET", "POST"])
@needs("certificates.view")
def profile_edit(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Show a profile, or change it."""
    is_post = request.method == "POST"
    if is_post and not _may_edit(request):
        raise PermissionDenied
    row = get_object_or_404(profiles.listed(), pk=profile_id)
    form = ProfileForm(request.POST, profile_id=profile_id) if is_post else ProfileForm.of(row)
    if form.is_bound and form.is_valid():
        try:
            profiles.edit(profile_id=profile_id, profile=form.profile, **_by(request))
        except profiles.NameTaken:
            form.add_error("name", profile_forms.NAME_TAKEN)
        except profiles.ProfileUnknown as gone:
            raise Http404 from gone
        else:
            return _saved(request, form, profile_id)
    return render(request, "certificates/ocsp_profile.html", _page(request, row, form))


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def profile_delete(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Ask, naming the certificates that are validated with the profile, and then delete."""
    row = get_object_or_404(OcspProfile, pk=profile_id)
    if request.method == "POST":
        try:
            name = profiles.delete(profile_id=profile_id, **_by(request))
        except profiles.ProfileUnknown as gone:
            raise Http404 from gone
        except profiles.ProfileInUse:
            pass
        else:
            messages.success(request, _("“%(name)s” deleted.") % {"name": name})
            return redirect("certificates:ocsp-profile-list")
    context = {"profile": row, "users": profiles.users_of(profile_id), "crumb": row.name}
    return render(request, "certificates/ocsp_profile_delete.html", context)


@require_POST
@needs("certificates.edit")
def profile_clear_cache(request: HttpRequest, profile_id: int) -> HttpResponse:
    """Forget the answers that are kept for a profile."""
    try:
        count = profiles.clear_cache(profile_id=profile_id, **_by(request))
    except profiles.ProfileUnknown as gone:
        raise Http404 from gone
    sentence = ngettext("%(count)d kept answer forgotten.", "%(count)d kept answers forgotten.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("certificates:ocsp-profile-edit", profile_id)


def _saved(request: HttpRequest, form: ProfileForm, profile_id: int) -> HttpResponse:
    """Lead back to the list, or to the form when an address cannot be called as things stand."""
    profile = form.profile
    messages.success(request, _("“%(name)s” saved.") % {"name": profile.name})
    if port_warning(profile.primary_url) or port_warning(profile.secondary_url):
        return redirect("certificates:ocsp-profile-edit", profile_id)
    return redirect("certificates:ocsp-profile-list")


def _page(request: HttpRequest, row: OcspProfile, form: ProfileForm) -> dict[str, Any]:
    return {
        "profile": row,
        "form": form,
        "users": profiles.users_of(row.pk),
        "primary_warning": port_warning(row.primary_url),
        "secondary_warning": port_warning(row.secondary_url),
        "crumb": row.name,
        "may_edit": _may_edit(request),
    }


def _may_edit(request: HttpRequest) -> bool:
    return bool(request.user.has_permission("certificates.edit"))  # type: ignore[union-attr]


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "address": address_of(request), "now": timezone.now()}
