"""The SMTP server page and its connection test."""

from __future__ import annotations

from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console import ratelimit
from console.access import actor_of, address_of, needs
from console.fragments import fragment_of
from console.secrets import SecretsError
from notifications import relay, relay_page, relay_repair
from notifications.relay_forms import NodesForm, SmtpServerForm

TESTS_A_MINUTE = 30
# The typed password must survive a refused test, so its field is never drawn again.
_REDRAWN = ("host", "port", "timeout_seconds", "negotiation", "minimum_tls", "user")


@require_http_methods(["GET", "POST"])
@needs("smtp.view")
def smtp_server(request: HttpRequest) -> HttpResponse:
    """Show the SMTP server, or save it."""
    now, saved = timezone.now(), relay.current()
    may_edit = _may(request, "smtp.edit")
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    form = SmtpServerForm(request.POST, saved=saved) if request.method == "POST" else SmtpServerForm.of(saved)
    if form.is_bound and form.is_valid() and _save(request, form):
        messages.success(request, _("SMTP server saved"))
        return redirect("notifications:smtp-server")
    context = {
        "form": form,
        "may_edit": may_edit,
        "may_test": _may(request, "smtp.test"),
        **relay_page.context(saved, now=now),
    }
    return render(request, "notifications/smtp_server.html", context)


@require_POST
@needs("smtp.test")
def smtp_server_test(request: HttpRequest) -> HttpResponse:
    """Test what is on screen, saved or not, from the chosen nodes."""
    now, actor = timezone.now(), actor_of(request)
    form = SmtpServerForm(request.POST, saved=relay.current())
    chosen = NodesForm(request.POST, nodes=relay_page.testable_nodes())
    if not form.is_valid() or not chosen.is_valid():
        return _refused(request, form, chosen)
    if not ratelimit.take(key=f"smtp.test/{actor}", limit=TESTS_A_MINUTE, per_seconds=60, now=now):
        chosen.add_error("nodes", _("That was too often. Wait a minute."))
        return _refused(request, form, chosen)
    try:
        ids = relay.request_test(
            server=form.server,
            nodes=chosen.cleaned_data["nodes"],
            keep_password=form.keep_password,
            allow_cleartext_password=form.allows_cleartext_password,
            actor=actor,
            now=now,
            address=address_of(request),
        )
    except (SecretsError, relay.PasswordNeeded):
        form.add_error("password", _unreadable())
        return _refused(request, form, chosen)
    panel = relay_page.panel_of(relay.group_of(ids[0]), now=now)
    return _panel(request, panel, form=form, fields=_redrawn(form))


@require_safe
@needs("smtp.view")
@fragment_of("notifications:smtp-server")
def smtp_server_test_state(request: HttpRequest, group: str) -> HttpResponse:
    """Show how far the tests of a group are; 204 while there is nothing new, 286 ends the polling."""
    panel = relay_page.panel_of(group, now=timezone.now())
    if not panel.tests:
        return HttpResponse(status=286)
    if panel.is_running and request.GET.get("seen") == panel.seen:
        return HttpResponse(status=204)
    response = _panel(request, panel)
    response.status_code = 200 if panel.is_running else 286
    return response


@require_POST
@needs("certificates.edit")
def smtp_server_repair(request: HttpRequest, test_id: int) -> HttpResponse:
    """Lead to the repair of a test that failed for want of trust."""
    try:
        proposal = relay_repair.propose(test_id, actor=actor_of(request), now=timezone.now())
    except relay_repair.NotRepairable as error:
        raise Http404 from error
    return redirect("certificates:trusted-repair", proposal)


def _panel(request: HttpRequest, panel: relay_page.Panel, **more: Any) -> HttpResponse:
    context = {"panel": panel, "may_import": _may(request, "certificates.edit"), **more}
    return render(request, "notifications/_test.html", context)


def _save(request: HttpRequest, form: SmtpServerForm) -> bool:
    try:
        relay.save(
            server=form.server,
            keep_password=form.keep_password,
            allow_cleartext_password=form.allows_cleartext_password,
            actor=actor_of(request),
            now=timezone.now(),
            address=address_of(request),
        )
    except (SecretsError, relay.PasswordNeeded):
        form.add_error("password", _unreadable())
        return False
    return True


def _refused(request: HttpRequest, form: SmtpServerForm, chosen: forms.Form) -> HttpResponse:
    context = {"form": form, "chosen": chosen, "fields": _redrawn(form)}
    return render(request, "notifications/_test_refused.html", context)


def _redrawn(form: SmtpServerForm) -> list[SafeString]:
    """Return the fields with their errors, each marked to take the place of the one on the page."""
    return [_marked(name, as_crispy_field(form[name])) for name in _REDRAWN]


def _marked(name: str, drawn: Any) -> SafeString:
    start = f'<div id="div_id_{name}"'
    return mark_safe(str(drawn).replace(start, f'{start} hx-swap-oob="true"', 1))  # noqa: S308 - drawn by crispy


def _unreadable() -> str:
    return _("The stored password cannot be used. Type it again.")


def _may(request: HttpRequest, permission: str) -> bool:
    return bool(request.user.has_permission(permission))  # type: ignore[union-attr]
