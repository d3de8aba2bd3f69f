"""The console's pages about guest types: the list, and when the holders of accounts are told of the end."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from console.access import actor_of, address_of, needs
from guests import guest_types
from guests.admin_forms import GuestTypeForm
from guests.models import GuestType
from guests.portal_views import admit


@needs("portals.view")
@require_safe
def type_list(request: HttpRequest) -> HttpResponse:
    """List the guest types."""
    return render(request, "guests/type_list.html", {"rows": guest_types.described()})


@needs("portals.view")
@require_http_methods(["GET", "POST"])
def type_edit(request: HttpRequest, type_id: int) -> HttpResponse:
    """Show one guest type, or save its durations and its expiry notice."""
    guest_type = _guest_type(type_id)
    form = GuestTypeForm(request.POST or None, instance=guest_type)
    may_edit = admit(request, "portals.edit")
    if request.method == "POST" and form.is_valid():
        guest_types.save(
            form.instance, actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
        messages.success(request, _("Guest type saved."))
        return redirect("guests:type-list")
    return render(
        request, "guests/type_edit.html", {"form": form, "guest_type": guest_type, "may_edit": may_edit}
    )


def _guest_type(type_id: int) -> GuestType:
    try:
        return guest_types.by_id(type_id)
    except guest_types.TypeUnknown as error:
        raise Http404 from error
