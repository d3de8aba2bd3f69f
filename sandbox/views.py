"""The sandbox's pages: how to use its relay, its CA, and the Inbox of what the relay received."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from console.access import needs, public
from sandbox.coordinates import read_coordinates, sandbox_folder
from sandbox.inbox import inbox_page, opened
from sandbox.mailbox import KEPT_MAILS, Mailbox, MailNotFound

_FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


@require_safe
@needs("sandbox.view")
def guide(request: HttpRequest) -> HttpResponse:
    """Show how to fill in the SMTP server page for the sandbox relay."""
    return render(request, "sandbox/guide.html", {"relay": read_coordinates(settings.ISE_MAIL_DATA)})


@require_safe
@public
def certificate_authority(_request: HttpRequest) -> HttpResponse:
    """Send the sandbox CA's certificate, which is as public as any."""
    path = sandbox_folder(settings.ISE_MAIL_DATA) / "ca.pem"
    if not path.is_file():
        raise Http404
    return _download(path.read_bytes(), name="sandbox-ca.pem", content_type="application/x-pem-file")


@require_safe
@needs("sandbox.view")
def inbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails; asked by the page itself, answer only what is new to it."""
    page = inbox_page(_mailbox(), number=request.GET.get("page", "1"))
    is_partial = bool(request.headers.get("HX-Request"))
    if is_partial and request.GET.get("seen") == page.newest_id:
        return HttpResponse(status=204)
    template = "sandbox/_inbox_list.html" if is_partial else "sandbox/inbox.html"
    return render(request, template, {"inbox": page, "kept_mails": KEPT_MAILS})


@require_safe
@needs("sandbox.view")
def mail(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Show one mail."""
    try:
        receipt, content = opened(_mailbox(), mail_id)
    except MailNotFound:
        raise Http404 from None
    return render(request, "sandbox/mail.html", {"receipt": receipt, "mail": content})


@require_safe
@needs("sandbox.view")
@xframe_options_sameorigin
def mail_html(_request: HttpRequest, mail_id: str) -> HttpResponse:
    """Send the HTML part alone, for the frame on the mail's page: no script runs and nothing is loaded."""
    try:
        _receipt, content = opened(_mailbox(), mail_id)
    except MailNotFound:
        raise Http404 from None
    return HttpResponse(content.html, headers={"Content-Security-Policy": _FRAME_POLICY})


@require_safe
@needs("sandbox.view")
def mail_source(_request: HttpRequest, mail_id: str) -> HttpResponse:
    """Send the mail as it came over the wire."""
    try:
        content = _mailbox().message(mail_id)
    except MailNotFound:
        raise Http404 from None
    return _download(content, name=f"{mail_id}.eml", content_type="message/rfc822")


@require_safe
@needs("sandbox.view")
def mail_part(_request: HttpRequest, mail_id: str, number: int) -> HttpResponse:
    """Send one attachment, never to be shown in the page's own origin."""
    try:
        part = opened(_mailbox(), mail_id)[1].part(number)
    except MailNotFound:
        raise Http404 from None
    return _download(part.content, name=Path(part.name).name, content_type="application/octet-stream")


def _mailbox() -> Mailbox:
    return Mailbox(sandbox_folder(settings.ISE_MAIL_DATA) / "inbox")


def _download(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    safe_name = "".join(letter for letter in name if letter.isalnum() or letter in "._-") or "file"
    response["Content-Disposition"] = f'attachment; filename="{safe_name}"'
    return response
