"""Guest accounts, the types they are of, the sponsor groups that make them, and the portal's settings."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests import builtin
from guests.lifecycle import EXPIRING, NOTIFIABLE, Duration, Scope, Standing, State, Unit

STATE_LABELS = {
    State.PENDING_APPROVAL: _("Pending approval"),
    State.AWAITING_INITIAL_LOGIN: _("Created"),
    State.ACTIVE: _("Active"),
    State.SUSPENDED: _("Suspended"),
    State.EXPIRED: _("Expired"),
    State.DENIED: _("Denied"),
}
UNIT_LABELS = {Unit.DAYS: _("days"), Unit.HOURS: _("hours"), Unit.MINUTES: _("minutes")}
SCOPE_LABELS = {
    Scope.ALL_ACCOUNTS: _("All guest accounts"),
    Scope.GROUP_ACCOUNTS: _("Accounts that members of this sponsor group have created"),
    Scope.OWN_ACCOUNTS: _("Only accounts the sponsor has created"),
}
SELF_REGISTERED = "self-registered"
SPONSOR_PORTAL = "sponsor"


def _choices(labels: dict) -> list:  # type: ignore[type-arg]
    return [(key.value, label) for key, label in labels.items()]


class GuestType(models.Model):
    """How long accounts of a kind may last, and when their holders are told that the end is near."""

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=500, blank=True)
    is_default = models.BooleanField(default=False)
    duration_unit = models.CharField(max_length=8, choices=_choices(UNIT_LABELS), default=Unit.DAYS.value)
    maximum_duration = models.PositiveIntegerField(default=365)
    default_duration = models.PositiveIntegerField(default=90)
    has_expiry_notice = models.BooleanField(default=False)
    expiry_notice_amount = models.PositiveIntegerField(default=3)
    expiry_notice_unit = models.CharField(
        max_length=8, choices=_choices(UNIT_LABELS), default=Unit.DAYS.value
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    default_duration__gte=1, maximum_duration__gte=models.F("default_duration")
                ),
                name="guest_type_default_within_maximum",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the active language."""
        return builtin.name_in_words(self.name)

    @property
    def short_label(self) -> str:
        """The name in the active language, as mails and hints use it."""
        return builtin.short_name_in_words(self.name)

    @property
    def description_in_words(self) -> str:
        """The description, in the active language while it is the one that came built in."""
        return builtin.description_in_words(self.name, self.description)

    @property
    def maximum(self) -> Duration:
        """The longest an account of this type may last."""
        return Duration(self.maximum_duration, Unit(self.duration_unit))

    @property
    def usual(self) -> Duration:
        """How long an account lasts when nobody says otherwise."""
        return Duration(self.default_duration, Unit(self.duration_unit))

    @property
    def notice(self) -> Duration:
        """How long before the end the expiry notice is due."""
        return Duration(self.expiry_notice_amount, Unit(self.expiry_notice_unit))


class SponsorGroup(models.Model):
    """What the members of some identity groups may do for guests."""

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=500, blank=True)
    is_enabled = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    member_groups = models.JSONField(default=list)
    guest_types = models.ManyToManyField(GuestType, related_name="sponsor_groups")
    manages = models.CharField(max_length=16, choices=_choices(SCOPE_LABELS))
    can_view_guest_passwords = models.BooleanField(default=True)
    can_reset_guest_passwords = models.BooleanField(default=True)
    start_date_future_limit_days = models.PositiveIntegerField(default=30)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GuestAccounts(models.QuerySet["GuestAccount"]):
    """Guest accounts, narrowed by adjectives."""

    def managed_by(self, standing: Standing) -> "GuestAccounts":
        """The accounts a sponsor may see and change; the same rule as `lifecycle.may_manage`."""
        own = models.Q(sponsor_user_name=standing.user_name)
        if standing.scope is Scope.ALL_ACCOUNTS:
            return self.all()
        if standing.scope is Scope.GROUP_ACCOUNTS:
            return self.filter(own | models.Q(sponsor_group__name__in=standing.groups))
        return self.filter(own)

    def matching(self, text: str) -> "GuestAccounts":
        """The accounts whose user name, name, address or company contains every word of the text."""
        found = self.all()
        for word in text.split():
            condition = models.Q()
            for field in ("user_name", "first_name", "last_name", "email", "company"):
                condition |= models.Q((f"{field}__icontains", word))
            found = found.filter(condition)
        return found

    def notifiable(self) -> "GuestAccounts":
        """The accounts that may be sent mail."""
        return self.filter(state__in=sorted(NOTIFIABLE))

    def ended(self, now: datetime) -> "GuestAccounts":
        """The accounts whose time is over and whose state does not say so yet."""
        return self.filter(state__in=sorted(EXPIRING), ends_at__lte=now)

    def holding_password(self) -> "GuestAccounts":
        """The accounts whose password is still kept sealed."""
        return self.exclude(sealed_password="")

    def unwarned(self, guest_type: GuestType, now: datetime) -> "GuestAccounts":
        """The accounts of a type that end within its notice and have not been told for this end."""
        minutes = int(guest_type.notice.delta.total_seconds() // 60)
        return self.notifiable().filter(
            models.Q(warned_end_at=None)
            | ~models.Q(warned_end_at=models.F("ends_at"))
            | ~models.Q(warned_minutes=minutes),
            guest_type=guest_type,
            ends_at__gt=now,
            ends_at__lte=now + guest_type.notice.delta,
        )


class GuestAccount(models.Model):
    """One guest: who, until when, and the credentials, of which only a hash lasts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_name = models.CharField(max_length=64, unique=True)
    password_hash = models.CharField(max_length=128)
    sealed_password = models.TextField(blank=True)
    password_held_until = models.DateTimeField(null=True)
    password_shown_at = models.DateTimeField(null=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    company = models.CharField(max_length=100, blank=True)
    guest_type = models.ForeignKey(GuestType, on_delete=models.PROTECT)
    sponsor_user_name = models.CharField(max_length=150, blank=True, db_index=True)
    sponsor_group = models.ForeignKey(SponsorGroup, on_delete=models.PROTECT, null=True)
    portal = models.CharField(max_length=32)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=24, choices=_choices(STATE_LABELS))
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    created_at = models.DateTimeField(db_index=True)
    submission = models.CharField(max_length=64, unique=True)
    mail_id = models.UUIDField(null=True)
    notify_token = models.CharField(max_length=64, blank=True)
    warned_end_at = models.DateTimeField(null=True)
    warned_minutes = models.PositiveIntegerField(null=True)

    objects = GuestAccounts.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("begins_at")), name="guest_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=models.Q(sealed_password="") | models.Q(password_held_until__isnull=False),
                name="guest_held_password_has_an_end",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="guest_state_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["guest_type", "state", "ends_at"]),
            models.Index(fields=["password_held_until"]),
        ]

    def __str__(self) -> str:
        return self.user_name

    @property
    def reference(self) -> str:
        """How mails with this guest's credentials name the account."""
        return f"guest:{self.pk}"

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def standing_state(self) -> State:
        """The state as the lifecycle knows it."""
        return State(self.state)


class PortalSettings(models.Model):
    """What an administrator may set on the Self-Registered Guest Portal (default)."""

    shows_credentials = models.BooleanField(default=True)
    acceptable_use_policy = models.TextField(blank=True, max_length=50_000)
    has_email_allowlist = models.BooleanField(default=False)
    email_allowlist = models.TextField(blank=True, max_length=10_000)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="guest_portal_has_one_row")]
