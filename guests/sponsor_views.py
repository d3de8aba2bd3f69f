"""The sponsor portal: create a guest account, look at those within reach, send the credentials."""

import secrets
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.access import actor_of, address_of, needs
from guests import mail_words, showing, sponsors, sponsorship
from guests.models import GuestAccount
from guests.portal_forms import GuestForm, NotifyForm
from guests.sponsors import Sponsor
from guests.sponsorship import Issued, Notice
from notifications import outbox

_PAGE_SIZE = 25
_REFUSALS = {
    Notice.RENEW: _("The password is no longer held. Confirm that a new one is made."),
    Notice.WRONG_STATE: _("Credentials are sent only for created and active accounts."),
    Notice.NO_ADDRESS: _("The guest has no email address."),
    Notice.MAY_NOT_RENEW: _("The password is no longer held, and your sponsor group may not make new ones."),
}


@needs("sponsor.portal")
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Show the form for a guest account, or make the account and lead to its credentials."""
    sponsor, now = _sponsor(request), timezone.now()
    initial = {"form_token": secrets.token_urlsafe(24), "language": get_language()}
    form = GuestForm(request.POST or None, sponsor=sponsor, now=now, initial=initial)
    if request.method == "POST" and form.is_valid():
        issued = sponsorship.create_guest(
            details=form.details(),
            sponsor=sponsor,
            form_token=form.cleaned_data["form_token"],
            now=now,
            address=address_of(request),
        )
        return _show(request, issued)
    return render(request, "guests/sponsor/create.html", {"form": form, "sponsor": sponsor})


@needs("sponsor.portal")
@require_safe
def guests(request: HttpRequest) -> HttpResponse:
    """List the accounts within the sponsor's reach, with what became of their emails."""
    search = request.GET.get("q", "").strip()
    accounts = sponsors.guests_of(_sponsor(request)).matching(search)
    page = Paginator(accounts, _PAGE_SIZE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [(account, mail_words.for_sponsor(account, now=now)) for account in page]
    return render(request, "guests/sponsor/guests.html", {"page": page, "rows": rows, "search": search})


@needs("sponsor.portal")
@require_safe
def guest(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show one account; a password just made is shown this once."""
    sponsor, now = _sponsor(request), timezone.now()
    account = _guest(sponsor, account_id)
    context = {
        "account": account,
        "password": showing.take(request.session, account, now=now),
        "mail": mail_words.for_sponsor(account, now=now),
        "notice": sponsorship.notice_for(account, sponsor, now=now),
        "form": NotifyForm(initial={"form_token": secrets.token_urlsafe(24)}),
    }
    return render(request, "guests/sponsor/guest.html", context)


@needs("sponsor.portal")
@require_POST
def notify(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Send a guest's credentials by email, with a new password where the sponsor agreed to one."""
    sponsor, form = _sponsor(request), NotifyForm(request.POST)
    if not form.is_valid():
        return redirect("guests:sponsor-guest", account_id=account_id)
    try:
        issued = sponsorship.notify(
            account_id=account_id,
            sponsor=sponsor,
            now=timezone.now(),
            address=address_of(request),
            **form.cleaned_data,
        )
    except sponsors.GuestUnknown as error:
        raise Http404 from error
    except sponsorship.NoticeRefused as error:
        messages.error(request, _REFUSALS[error.notice])
    except outbox.AddressRefused:
        messages.error(request, _("No email can be sent to this address."))
    except outbox.GuestMailDisabled:
        messages.error(request, _("An administrator has switched emails to guests off."))
    else:
        return _show(request, issued)
    return redirect("guests:sponsor-guest", account_id=account_id)


def _sponsor(request: HttpRequest) -> Sponsor:
    try:
        return sponsors.sponsor_of(actor_of(request))
    except sponsors.NotASponsor as error:
        raise PermissionDenied from error


def _guest(sponsor: Sponsor, account_id: UUID) -> GuestAccount:
    try:
        return sponsors.guest_of(sponsor, account_id)
    except sponsors.GuestUnknown as error:
        raise Http404 from error


def _show(request: HttpRequest, issued: Issued) -> HttpResponse:
    if issued.password is not None:
        showing.keep(request.session, issued.account, issued.password)
    return redirect("guests:sponsor-guest", account_id=issued.account.pk)
