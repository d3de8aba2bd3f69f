"""The delivery log and its detail page."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console.access import actor_of, address_of, needs
from deployment.personas import Persona
from notifications import categories, delivery_log, mail_detail, outbox
from notifications.log_page import chips_of, parsed, uuid_or_none


@require_safe
@needs("delivery.view")
def log(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first."""
    wanted = parsed(request.GET.dict())
    context = {
        "wanted": wanted,
        "page": delivery_log.page_of(
            wanted,
            before=uuid_or_none(request.GET.get("before")),
            after=uuid_or_none(request.GET.get("after")),
        ),
        "chips": chips_of(wanted),
        "personas": list(Persona),
        "nodes": delivery_log.senders(),
        "categories": categories.categories(),
        "faults": mail_detail.relay_faults(),
        "may_test": request.user.has_permission("mail.test"),  # type: ignore[union-attr]
    }
    return render(request, "notifications/delivery_log.html", context)


@require_safe
@needs("delivery.view")
def mail_page(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Show one mail with its tries."""
    detail = mail_detail.detail_of(mail_id)
    if detail is None:
        raise Http404
    may_resend = request.user.has_permission("delivery.resend")  # type: ignore[union-attr]
    context = {"detail": detail, "mail": detail.mail, "may_resend": may_resend}
    return render(request, "notifications/mail_detail.html", context)


@require_POST
@needs("delivery.resend")
def mail_resend(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Send a dead or unanswered mail again."""
    try:
        outbox.resend(
            mail_id=mail_id, actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
    except outbox.UnknownMail as unknown:
        raise Http404 from unknown
    except outbox.MoveForbidden:
        messages.warning(request, _("Another action came first: the mail cannot be sent again now."))
    except outbox.ValuesErased:
        messages.error(request, _("What stood in the mail is no longer held: write it again."))
    else:
        messages.success(request, _("The mail waits to be sent again"))
    return redirect("notifications:mail-detail", mail_id)
