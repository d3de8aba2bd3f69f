"""The page that sends a test mail and shows what the mail server answered."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from console.access import actor_of, address_of, needs
from console.fragments import fragment_of
from notifications import mail_detail, relay, senders
from notifications.sender_forms import TestMailForm
from notifications.test_mail import NoRelay, TooManyTests, send_test_mail

_STILL_WAITING_SECONDS = 8


@require_http_methods(["GET", "POST"])
@needs("mail.test")
def test_mail(request: HttpRequest) -> HttpResponse:
    """Ask for an address, or send a test mail to it."""
    email = getattr(request.user, "email", "")
    form = (
        TestMailForm(request.POST) if request.method == "POST" else TestMailForm(initial={"address": email})
    )
    detail = None
    if form.is_bound and form.is_valid():
        try:
            posted = send_test_mail(
                address=form.cleaned_data["address"],
                language=get_language() or "en",
                actor=actor_of(request),
                now=timezone.now(),
                client_address=address_of(request),
            )
        except NoRelay:
            form.add_error("address", _("No SMTP server is set yet."))
        except TooManyTests:
            form.add_error("address", _("That were many test mails within an hour. Try again later."))
        else:
            detail = mail_detail.detail_of(posted.id)
    context = {
        "form": form,
        "detail": detail,
        "relay": relay.current(),
        "sender": senders.guest_email_settings(),
    }
    return render(request, "notifications/test_mail.html", context)


@require_safe
@needs("mail.test")
@fragment_of("notifications:test-mail")
def test_mail_state(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Show how far a test mail is; 286 ends the polling."""
    detail = mail_detail.detail_of(mail_id)
    if detail is None:
        raise Http404
    waited = (timezone.now() - detail.mail.created_at).total_seconds()
    context = {"detail": detail, "is_slow": waited >= _STILL_WAITING_SECONDS}
    status = 200 if detail.is_on_its_way else 286
    return render(request, "notifications/_test_mail_state.html", context, status=status)
