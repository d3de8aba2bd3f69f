"""The repair of a refused connection, drawn into the page that shows the refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from certificates import words
from certificates.chains.purposes import purpose_named
from certificates.models import Proposal
from certificates.repair import fetching, page, proposals, repairing
from certificates.repair.forms import CHANGED
from certificates.truststore import EditRefused, ImportRefused
from console import ratelimit
from console.access import actor_of, address_of, needs
from console.fragments import is_asked_by_page
from console.outbound import FetchFailed

FETCHES_A_MINUTE = 10
TRUSTED = "im-trusted"
"""The event that the page hears when there is a reason to try the connection again."""


def _with_proposal(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the admin's own proposal to a view; one that is gone says so where it stood."""

    @wraps(view)
    def wrapped(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        try:
            proposal = proposals.of_admin(proposal_id, actor=actor_of(request), now=timezone.now())
        except proposals.ProposalGone:
            if _is_opened_alone(request):
                return redirect("certificates:trusted-list")
            return render(request, "certificates/_repair_gone.html")
        return view(request, proposal)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@needs("certificates.edit")
@_with_proposal
def trusted_repair(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Show the ways out of a refusal, and take the one that is chosen."""
    if _is_opened_alone(request):
        return redirect(purpose_named(proposal.purpose).url_name or "certificates:trusted-list")
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = page.form_of(proposal, *sent, now=timezone.now())
    if form.is_bound and form.is_valid():
        try:
            names = repairing.trust(proposal, form.decision, **_by(request))
        except ImportRefused as refusal:
            form.refuse(refusal)
        else:
            return _done(request, names[0])
    if form.mismatch is not None:
        repairing.note_mismatch(proposal, form.mismatch, **_by(request))
    return _drawn(request, proposal, form)


@require_POST
@needs("certificates.edit")
@_with_proposal
def trusted_repair_fetch(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Fetch the issuer that the server did not send, from where the certificate says it lies."""
    by, fault = _by(request), ""
    limited = {"limit": FETCHES_A_MINUTE, "per_seconds": 60, "now": by["now"]}
    if not ratelimit.take(key=f"certificate.fetch/{by['actor']}", **limited):
        fault = _("That was too often. Wait a minute.")
    else:
        try:
            fetching.fetch_issuer(proposal, **by)
        except FetchFailed as failed:
            fault = str(words.text_of(str(failed.code), failed.params))
        except fetching.NotTheIssuer:
            fault = _("What lies at this address did not issue the certificate. It was not kept.")
    return _drawn(request, proposal, page.form_of(proposal, now=by["now"]), fault=fault)


@require_POST
@needs("certificates.edit")
@_with_proposal
def trusted_repair_switch(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Enable or tick the trusted certificate that is there already."""
    form = page.form_of(proposal, now=timezone.now())
    switch = next((one for one in form.outlook.switches if one.token == request.POST.get("offer")), None)
    if switch is None:
        return _drawn(request, proposal, form, fault=str(CHANGED))
    try:
        name = repairing.switch_on(proposal, switch, **_by(request))
    except repairing.OfferChanged:
        return _drawn(request, proposal, page.form_of(proposal, now=timezone.now()), fault=str(CHANGED))
    except EditRefused as refusal:
        fault = " ".join(words.sentence_of(finding) for finding in refusal.findings)
        return _drawn(request, proposal, form, fault=fault)
    return _done(request, name)


def _is_opened_alone(request: HttpRequest) -> bool:
    """Whether a browser shows the answer by itself, not inside the page that it belongs to."""
    return request.method != "POST" and not is_asked_by_page(request)


def _drawn(request: HttpRequest, proposal: Proposal, form: Any, *, fault: str = "") -> HttpResponse:
    return render(request, "certificates/_repair.html", page.context_of(proposal, form, fault=fault))


def _done(request: HttpRequest, name: str) -> HttpResponse:
    response = render(request, "certificates/_repair_done.html", {"name": name})
    return trigger_client_event(response, TRUSTED)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "now": timezone.now(), "address": address_of(request)}
