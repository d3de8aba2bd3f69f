"""The pages Alarms and Alarm settings."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alarms import catalog, preferences
from alarms.forms import AlarmSettingsForm
from alarms.rules import RULES
from console.access import actor_of, address_of, needs


@require_safe
@needs("alarms.view")
def alarm_list(request: HttpRequest) -> HttpResponse:
    """Show the active alarms, or those that were cleared."""
    rows = catalog.load(show=request.GET.get("show", ""), page=request.GET.get("page", "1"))
    return render(request, "alarms/alarm_list.html", {"catalog": rows})


@require_http_methods(["GET", "POST"])
@needs("alarms.view")
def settings(request: HttpRequest) -> HttpResponse:
    """Show what is set for each alarm, or save it."""
    may_edit = request.user.has_permission("alarms.edit")  # type: ignore[union-attr]
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    expiration, expired = (preferences.of(code) for code in RULES)
    form = AlarmSettingsForm(
        request.POST or None, initial=AlarmSettingsForm.initial_from(expiration, expired)
    )
    if request.method == "POST" and form.is_valid():
        preferences.save(
            form.preferences(), actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
        messages.success(request, _("Alarm settings saved."))
        return redirect("alarms:settings")
    context = {"form": form, "rules": list(RULES.values()), "may_edit": may_edit}
    return render(request, "alarms/settings.html", context)
