"""The guest portal: register, and see the credentials once."""

import secrets
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from console.access import address_of, public
from guests import mail_words, portals, registration, showing
from guests.models import GuestAccount
from guests.portal_forms import RegistrationForm
from guests.registration import Registered
from notifications import outbox

_TOKEN = "registration_token"  # noqa: S105  (the name of a session value)
_ACCOUNT = "registered_account"
_NOBODY = UUID(int=0)
_TOKEN_SECONDS = 3600
_REFUSALS = {
    registration.TooManyMails: (
        "email",
        _(
            "This address was sent credentials three times within an hour. Look into its mailbox, also under "
            "unwanted mail, or try again in an hour."
        ),
    ),
    registration.TooManyForms: (
        None,
        _("Too many registrations came from your network. Try again in an hour."),
    ),
    registration.DomainRefused: (
        "email",
        _("Guests with an address in this domain cannot register here. Ask the person you visit."),
    ),
    registration.MailDisabled: (
        None,
        _("Registration is closed at the moment. Ask the person you visit."),
    ),
    outbox.AddressRefused: ("email", _("No email can be sent to this address.")),
}


@public
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Show the registration form, or register and lead to the credentials."""
    form = RegistrationForm(request.POST or None, initial={"form_token": _form_token(request)})
    if request.method == "POST" and form.is_valid():
        registered = _register(request, form)
        if registered is not None:
            request.session[_ACCOUNT] = str(registered.account.pk)
            if registered.password is not None:
                showing.keep(request.session, registered.account, registered.password)
            return redirect("guests:registered")
    policy = portals.policy_text(portals.current())
    return render(request, "guests/portal/register.html", {"form": form, "policy": policy})


@public
@require_safe
def registered(request: HttpRequest) -> HttpResponse:
    """Show a new guest the credentials, the first time, and what became of the email."""
    accounts = GuestAccount.objects.select_related("guest_type")
    account = accounts.filter(pk=request.session.get(_ACCOUNT, _NOBODY)).first()
    if account is None:
        return render(request, "guests/portal/elsewhere.html")
    now = timezone.now()
    context = {
        "account": account,
        "password": showing.take(request.session, account, now=now),
        "mail": mail_words.for_guest(account, now=now),
    }
    return render(request, "guests/portal/registered.html", context)


def _register(request: HttpRequest, form: RegistrationForm) -> Registered | None:
    """Register the visitor; when that is refused, put the reason beside its field and return None."""
    try:
        return registration.register(
            visitor=form.visitor(),
            form_token=form.cleaned_data["form_token"],
            now=timezone.now(),
            address=address_of(request),
        )
    except (registration.RegistrationRefused, outbox.AddressRefused) as error:
        form.add_error(*_REFUSALS[type(error)])
        return None


def _form_token(request: HttpRequest) -> str:
    """Return the token that makes the same form, sent again within the hour, the same registration."""
    token, made_at = request.session.get(_TOKEN, ("", 0))
    stamp = int(timezone.now().timestamp())
    if stamp - made_at > _TOKEN_SECONDS:
        token = secrets.token_urlsafe(24)
        request.session[_TOKEN] = (token, stamp)
    return str(token)
