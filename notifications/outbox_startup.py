"""What the outbox and its pages register at start-up: permissions, menu, checklist, figures and passes."""

from django.utils.translation import gettext_lazy as _

from console import access, audit_objects, checklist, health, menu
from deployment import keys, scheduler
from notifications import figures, outbox, payload, senders, sweeps, wakeup
from notifications.categories import TEST_MAIL

_PROXY = "administration/system/settings/proxy"
_GUEST_ACCESS = "work-centers/guest-access"


def register() -> None:
    """Register everything; called once by the app."""
    access.declare("delivery.view", _("See the delivery log"))
    access.declare("delivery.resend", _("Send a mail again"))
    access.declare("guest_email.view", _("See the Guest email settings"))
    access.declare("guest_email.edit", _("Change the Guest email settings"))
    access.declare("mail.test", _("Send a test mail"))
    audit_objects.declare("guest email settings", _("guest email settings"))
    audit_objects.declare("mail (?P<id>.+)", _("mail %(id)s"))
    _place_pages()
    _add_steps()
    _add_figures()
    scheduler.register_pass("outbox.sweep", sweeps.sweep)
    scheduler.register_pass("outbox.wake", wakeup.wake)
    keys.register_source("outbox", payload.key_ids_in_use)


def _place_pages() -> None:
    menu.place("operations", label=_("Operations"), order=20)
    menu.place(
        "operations/delivery-log",
        label=_("Delivery log"),
        url_name="notifications:delivery-log",
        permission="delivery.view",
        icon="history",
        order=20,
    )
    menu.place(
        "operations/delivery-log/mail",
        label=_("Mail"),
        url_name="notifications:mail-detail",
        permission="delivery.view",
        in_nav=False,
    )
    menu.place(_GUEST_ACCESS, label=_("Guest access"), icon="wifi", order=10)
    menu.place(f"{_GUEST_ACCESS}/settings", label=_("Settings"), order=50)
    menu.place(
        f"{_GUEST_ACCESS}/settings/guest-email",
        label=_("Guest email settings"),
        url_name="notifications:guest-email",
        permission="guest_email.view",
    )
    menu.place(
        f"{_PROXY}/test-mail",
        label=_("Test mail"),
        url_name="notifications:test-mail",
        permission="mail.test",
        order=20,
    )


def _add_steps() -> None:
    checklist.register(
        "from",
        order=30,
        title=_("Choose the address that mail comes from"),
        text=_("The default “From” is an example that belongs to nobody; enter one of your own."),
        url_name="notifications:guest-email",
        is_done=_has_own_from,
    )
    checklist.register(
        "test-mail",
        order=40,
        title=_("Send a test mail"),
        text=_("It takes the way of every mail and shows what the mail server answers."),
        url_name="notifications:test-mail",
        is_done=_is_test_mail_accepted,
    )


def _add_figures() -> None:
    for name, label, value in (
        ("mail-waiting", _("Mails waiting"), figures.waiting),
        ("mail-accepted", _("Mails accepted today"), figures.accepted_today),
        ("mail-not-sent", _("Mails not sent"), figures.not_sent),
    ):
        health.register_gauge(
            name,
            label=label,
            url_name="notifications:delivery-log",
            permission="delivery.view",
            value=value,
        )
    health.register_check("relay", figures.check_relay, is_vital=False)
    health.register_check("outbox", figures.check_outbox, is_vital=False)


def _has_own_from() -> bool:
    return not senders.guest_email_settings().has_example_from


def _is_test_mail_accepted() -> bool:
    return outbox.has_accepted(TEST_MAIL)
