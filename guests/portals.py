"""The guest portals' settings and the trial of their mail."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import audit
from guests.models import PortalSettings
from notifications import categories, outbox, senders, wording
from notifications.outbox import State

NAME = gettext_lazy("Self-Registered Guest Portal (default)")
SLUG = "self-registered"


@dataclass(frozen=True)
class Settings:
    """What the Self-Registered Guest Portal (default) does; an empty policy stands for the usual one."""

    shows_credentials: bool = True
    acceptable_use_policy: str = ""
    has_email_allowlist: bool = False
    email_allowlist: tuple[str, ...] = ()

    def allows(self, email: str) -> bool:
        """Say whether a guest with this address may register; a domain covers what lies below it."""
        domain = email.rpartition("@")[2].lower()
        return not self.has_email_allowlist or any(
            domain == allowed or domain.endswith(f".{allowed}") for allowed in self.email_allowlist
        )


def current() -> Settings:
    """Return the portal's settings as saved, or ISE's defaults."""
    row = PortalSettings.objects.filter(pk=1).first()
    if row is None:
        return Settings()
    return Settings(
        shows_credentials=row.shows_credentials,
        acceptable_use_policy=row.acceptable_use_policy,
        has_email_allowlist=row.has_email_allowlist,
        email_allowlist=tuple(row.email_allowlist.split()),
    )


def save(settings: Settings, *, actor: str, now: datetime, address: str = "") -> None:
    """Save the portal's settings; nothing is written when nothing changed."""
    with transaction.atomic():
        before, after = asdict(current()), asdict(settings)
        if before == after:
            return
        PortalSettings.objects.update_or_create(
            pk=1, defaults={**after, "email_allowlist": "\n".join(settings.email_allowlist)}
        )
        changed = [name for name in after if before[name] != after[name]]
        audit.record(
            actor=actor,
            action="portal.save",
            target=f"portal:{SLUG}",
            before=_only(before, changed),
            after=_only(after, changed),
            now=now,
            address=address,
        )


def policy_text(settings: Settings) -> str:
    """Return the acceptable use policy that a guest reads."""
    return settings.acceptable_use_policy or _(
        "You are responsible for everything done with your user name and password. Do not share them. "
        "Do not scan, attack or disturb other devices, and do not break the law. Use of the network is "
        "logged. Access ends when your account does."
    )


@dataclass(frozen=True)
class MailPreview:
    """The credentials mail as a guest would receive it; `page` carries its pictures in itself."""

    sender: str
    has_example_sender: bool
    example_sponsors: tuple[str, ...]
    subject: str
    text: str
    page: str


def preview(*, language: str, now: datetime) -> MailPreview:
    """Return the credentials mail with sample values, as it would be sent at `now`."""
    rendered = wording.preview(category=categories.PORTAL_TEST, language=language, now=now)
    page = rendered.html
    for image in rendered.images:
        source = f"data:image/png;base64,{b64encode(image.png).decode()}"
        page = page.replace(f"cid:{image.content_id}", source)
    settings = senders.guest_email_settings()
    return MailPreview(
        sender=settings.default_from,
        has_example_sender=settings.has_example_from,
        example_sponsors=senders.example_sponsors(settings),
        subject=rendered.subject,
        text=rendered.text,
        page=page,
    )


def send_test_mail(*, to: str, language: str, actor: str, now: datetime, address: str = "") -> UUID:
    """Send the credentials mail with sample values to an address; return the mail's id.

    Raises outbox.AddressRefused. Nothing in it is a real password.
    """
    with translation.override(language):
        values = wording.sample_values(categories.PORTAL_TEST, now=now)
    with transaction.atomic():
        mail = outbox.post(
            category=categories.PORTAL_TEST,
            to=to,
            values=values,
            language=language,
            reference=f"portal-test:{uuid4()}",
            now=now,
        )
        audit.record(
            actor=actor,
            action="portal.send_test_mail",
            target=f"portal:{SLUG}",
            after={"to": to, "language": language, "mail": str(mail.id)},
            now=now,
            address=address,
        )
    return mail.id


@dataclass(frozen=True)
class TestResult:
    """How far a test mail is."""

    mail_id: UUID
    tone: str
    is_final: bool
    state: str
    reason: str


def test_result(mail_id: UUID) -> TestResult:
    """Return how far a test mail is; raises outbox.UnknownMail."""
    mail = outbox.state_of(mail_id)
    tones = {State.SENT: "ok", State.QUEUED: "info", State.SENDING: "info", State.HELD: "warn"}
    return TestResult(
        mail_id=mail_id,
        tone=tones.get(mail.state, "bad"),
        is_final=mail.state not in {State.QUEUED, State.SENDING},
        state=mail.state.value,
        reason=mail.last_error or mail.answer,
    )


def _only(fields: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names}
