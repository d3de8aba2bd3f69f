"""The password policy page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import policy
from accounts.forms import PolicyForm, carry_out
from console.access import actor_of, address_of, needs


@require_http_methods(["GET", "POST"])
@needs("password_policy.edit")
def password_policy(request: HttpRequest) -> HttpResponse:
    """Show the policy, or save it."""
    form = PolicyForm(request.POST or None, initial=PolicyForm.initial_of(policy.current()))
    if request.method == "POST" and form.is_valid():
        by: dict[str, Any] = {
            "actor": actor_of(request),
            "address": address_of(request),
            "now": timezone.now(),
        }
        if carry_out(form, lambda: policy.save(**form.cleaned_data, **by)):
            messages.success(request, _("Password policy saved."))
            return redirect("accounts:password-policy")
    return render(request, "accounts/password_policy.html", {"form": form})
