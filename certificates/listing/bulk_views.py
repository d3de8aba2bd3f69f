"""The pages that change many trusted certificates at once, and the way back."""

from __future__ import annotations

import uuid
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from certificates.listing import bulk, removal, restoring
from certificates.listing.consequences import Act, preview
from certificates.listing.query import parse_query
from certificates.listing.selection import Selection, parse_selection
from certificates.listing.undo_words import sentence_of
from certificates.models import Status
from console.access import actor_of, address_of, needs

STATUSES: Final = {Act.ENABLE: Status.ENABLED, Act.DISABLE: Status.DISABLED}


@require_http_methods(["GET", "POST"])
@needs("certificates.edit")
def trusted_bulk(request: HttpRequest) -> HttpResponse:
    """Say what an act on many certificates would do; after the confirmation, do it."""
    sent = request.POST if request.method == "POST" else request.GET
    act, selection = _asked(sent)
    has_changed = False
    if request.method == "POST":
        try:
            messages.success(request, _perform(request, act, selection))
        except bulk.SelectionChanged:
            has_changed = True
        else:
            return redirect(_list_address(selection))
    context = {
        "preview": preview(selection, act, now=timezone.now()),
        "selection": selection,
        "has_changed": has_changed,
        "back": _list_address(selection),
    }
    return render(request, "certificates/trusted_bulk.html", context)


@require_POST
@needs("certificates.edit")
def trusted_undo(request: HttpRequest, act: uuid.UUID) -> HttpResponse:
    """Put back what was removed together."""
    try:
        restored = restoring.undo(
            act=act, actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
    except restoring.NothingToUndo:
        messages.error(
            request, _("There is nothing left to undo: it was undone already, or is older than a day.")
        )
    except restoring.ChangedMeanwhile:
        messages.error(
            request, _("The store was changed at the same moment. Nothing is back yet: try again.")
        )
    else:
        messages.success(request, sentence_of(restored))
    return redirect("certificates:trusted-list")


def _asked(sent: QueryDict) -> tuple[Act, Selection]:
    act = str(sent.get("act", ""))
    if act not in set(Act):
        raise Http404
    chosen = [str(key) for key in sent.getlist("chosen")]
    query = parse_query({name: str(value) for name, value in sent.items()})
    return Act(act), parse_selection(chosen, is_all="all" in sent, query=query)


def _perform(request: HttpRequest, act: Act, selection: Selection) -> str:
    order = bulk.Order(
        selection=selection,
        seal=request.POST.get("seal", ""),
        actor=actor_of(request),
        now=timezone.now(),
        address=address_of(request),
    )
    if act == Act.DELETE:
        return _with_undo(removal.remove(order))
    count = bulk.set_status(order, STATUSES[act])
    if act == Act.ENABLE:
        words = ngettext("%(n)d certificate enabled.", "%(n)d certificates enabled.", count)
    else:
        words = ngettext("%(n)d certificate disabled.", "%(n)d certificates disabled.", count)
    return words % {"n": count}


def _with_undo(removed: removal.Removed) -> SafeString:
    """The sentence with a button that sends the form of the same removal on the list."""
    words = ngettext("%(n)d certificate deleted.", "%(n)d certificates deleted.", removed.count)
    return format_html(
        '{} <button class="btn btn-sm btn-outline-secondary" type="submit" form="undo-{}">{}</button>',
        words % {"n": removed.count},
        removed.act,
        _("Undo"),
    )


def _list_address(selection: Selection) -> str:
    fields = urlencode(selection.query.fields)
    return reverse("certificates:trusted-list") + (f"?{fields}" if fields else "")
