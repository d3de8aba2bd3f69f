"""People who sign in, the groups that say what they may do, and the password policy."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import groups

CHANGE_OWN_PASSWORD = "password.change"  # noqa: S105 (a permission's name)
MAX_LIFETIME_DAYS = 3650


class Group(models.Model):
    """A set of permissions; an admin group is for the console, an identity group for internal users."""

    class Kind(models.TextChoices):
        """For whom the group is."""

        ADMIN = groups.ADMIN, _("Admin group")
        IDENTITY = groups.IDENTITY, _("Identity group")

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    permissions = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["admin", "identity"]), name="group_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    """Adjectives for people."""

    def enabled(self) -> "UserQuerySet":
        """Those who may sign in."""
        return self.filter(is_enabled=True)

    def disabled(self) -> "UserQuerySet":
        """Those who may not sign in."""
        return self.filter(is_enabled=False)

    def of_kind(self, kind: str) -> "UserQuerySet":
        """Administrators or internal users."""
        return self.filter(kind=kind)

    def super_admins(self) -> "UserQuerySet":
        """Those who hold everything in the console."""
        return self.filter(groups__name=groups.SUPER_ADMIN)

    def reachable(self) -> "UserQuerySet":
        """Those who have an email address."""
        return self.exclude(email="")

    def with_address_in(self, domains: Iterable[str]) -> "UserQuerySet":
        """Those whose address lies in one of the domains or below it."""
        condition = models.Q(pk__in=())
        for domain in domains:
            condition |= models.Q(email__iendswith=f"@{domain}") | models.Q(email__iendswith=f".{domain}")
        return self.filter(condition)

    def with_password_changed(self, *, after: datetime, until: datetime) -> "UserQuerySet":
        """Those whose password was changed between two moments, the second included."""
        return self.filter(password_changed_at__gt=after, password_changed_at__lte=until)

    def matching(self, text: str) -> "UserQuerySet":
        """Those whose name, user name or address contains the text."""
        fields = ("username", "first_name", "last_name", "email")
        condition = models.Q()
        for field in fields:
            condition |= models.Q((f"{field}__icontains", text))
        return self.filter(condition)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Finds people by their user name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with a user name; raises User.DoesNotExist."""
        person: User = self.get(username__iexact=username)
        return person


class User(AbstractBaseUser):
    """A person with a user name: an administrator of the console, or an internal user such as a sponsor."""

    class Kind(models.TextChoices):
        """Where the person belongs."""

        ADMIN = "admin", _("Administrator")
        INTERNAL = "internal", _("Internal user")

    username = models.CharField(
        _("User name"),
        max_length=100,
        unique=True,
        validators=[
            RegexValidator(r"\A[\w.@+-]+\Z", _("Use letters, digits and the characters . @ + - _ only."))
        ],
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INTERNAL)
    first_name = models.CharField(_("First name"), max_length=100, blank=True)
    last_name = models.CharField(_("Last name"), max_length=100, blank=True)
    email = models.EmailField(_("Email"), blank=True)
    groups = models.ManyToManyField(Group, related_name="users")
    is_enabled = models.BooleanField(default=True)
    include_system_alarms = models.BooleanField(_("Include system alarms in emails"), default=False)
    must_change_password = models.BooleanField(default=True)
    password_changed_at = models.DateTimeField()
    language = models.CharField(max_length=10, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_unique_whatever_its_case"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["admin", "internal"]), name="user_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(include_system_alarms=False) | models.Q(kind="admin"),
                name="system_alarms_go_to_admins",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Django's word for is_enabled."""
        return self.is_enabled

    @property
    def full_name(self) -> str:
        """First and last name, or the user name when there is neither."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @cached_property
    def _rules(self) -> list[list[str]]:
        return [group.permissions for group in self.groups.all()]

    def has_permission(self, name: str) -> bool:
        """Say whether the person may do what a permission of `console.access` names."""
        if not self.is_enabled:
            return False
        return name == CHANGE_OWN_PASSWORD or any(groups.allows(rules, name) for rules in self._rules)

    def get_session_auth_hash(self) -> str:
        """Return what a session must match, so that a new password, role or epoch ends the older ones."""
        return salted_hmac(
            "accounts.models.User.session", f"{self.password}/{self.session_epoch}", algorithm="sha256"
        ).hexdigest()

    @property
    def group_names(self) -> list[str]:
        """The names of the person's groups."""
        return [group.name for group in self.groups.all()]

    def begin_session_epoch(self) -> None:
        """End every session that the person has; the caller saves the row."""
        self.session_epoch += 1


class PasswordPolicy(models.Model):
    """How long a password lasts; its one row is missing until somebody saves the page."""

    lifetime_days = models.PositiveIntegerField(null=True, blank=True)
    remind_days_before = models.PositiveIntegerField(default=15)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="password_policy_has_one_row"),
            models.CheckConstraint(
                condition=models.Q(lifetime_days=None)
                | models.Q(lifetime_days__range=(1, MAX_LIFETIME_DAYS)),
                name="password_lifetime_within_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(lifetime_days=None)
                | models.Q(remind_days_before__lt=models.F("lifetime_days")),
                name="password_reminder_before_the_end",
            ),
        ]

    def __str__(self) -> str:
        return f"password policy, {self.lifetime_days} days"

    def ends_at(self, user: User) -> datetime | None:
        """Return when the person's password ends, or None when passwords last for ever."""
        if self.lifetime_days is None:
            return None
        return user.password_changed_at + timedelta(days=self.lifetime_days)
