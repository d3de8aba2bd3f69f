"""The outbox: one row for each mail and recipient, one for each attempt, and how well the relay does."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from notifications.mail.retry import BREAKER_THRESHOLD
from notifications.mail.states import Event, State, sources, target

_STATES = [(state.value, state.value) for state in State]
_PENDING = [State.QUEUED, State.SENDING]


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Mails by what they are, and the one way to move them."""

    def due(self, now: datetime) -> Self:
        """The mails that wait and may be sent at `now`."""
        return self.filter(state=State.QUEUED, due_at__lte=now).filter(
            Q(not_after=None) | Q(not_after__gt=now)
        )

    def past_use(self, now: datetime) -> Self:
        """The waiting mails that are of no use any more."""
        return self.filter(state=State.QUEUED, not_after__lte=now)

    def lease_ended(self, now: datetime) -> Self:
        """The mails in sending whose process did not report in time."""
        return self.filter(state=State.SENDING, lease_until__lte=now)

    def holding_secrets(self) -> Self:
        """The mails that still hold the sealed value of a secret."""
        return self.exclude(secrets_sealed="")

    def move(self, event: Event, **fields: Any) -> int:
        """Let an event happen to the rows in which it may happen; return how many moved.

        A row that is in another state by now stays as it is, so the caller sees that it came too late.
        """
        if event is not Event.CLAIM:
            fields = {"lease_until": None, "lease_owner": "", **fields}
        return self.filter(state__in=sources(event)).update(state=target(event), **fields)


class OutgoingMail(models.Model):
    """One mail to one recipient, from its writing to its end.

    `lease_token` counts the claims: the one who claimed last is the only one who may report. `attempts`
    counts those that were the mail's own, `crashes` those whose process died.
    """

    id = models.UUIDField(primary_key=True)
    category = models.CharField(max_length=40)
    persona = models.CharField(max_length=3)
    priority = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=_STATES, default=State.QUEUED)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_after = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    unanswered = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=200, blank=True)
    lease_token = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    message_id = models.CharField(max_length=320, unique=True)
    dedupe_key = models.CharField(max_length=200, unique=True, null=True)
    reference = models.CharField(max_length=120, db_index=True)
    recipient = models.CharField(max_length=254)
    envelope_from = models.CharField(max_length=320)
    from_header = models.CharField(max_length=320)
    language = models.CharField(max_length=10)
    text = models.ForeignKey("notifications.MailText", on_delete=models.PROTECT)
    values_sealed = models.TextField(blank=True)
    secrets_sealed = models.TextField(blank=True)

    node = models.CharField(max_length=63, blank=True)
    sent_at = models.DateTimeField(null=True)
    last_code = models.CharField(max_length=40, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="mail_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENDING, lease_until__isnull=False)
                | (~Q(state=State.SENDING) & Q(lease_until__isnull=True)),
                name="mail_in_sending_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENT)
                | Q(secrets_sealed="", values_sealed="", sent_at__isnull=False),
                name="sent_mail_holds_no_values",
            ),
        ]
        indexes = [
            models.Index(
                fields=["persona", "priority", "due_at"], condition=Q(state__in=_PENDING), name="mail_pending"
            ),
            models.Index(fields=["state", "-id"], name="mail_by_state"),
            models.Index(fields=["recipient"], name="mail_by_recipient"),
            models.Index(fields=["sent_at"], name="mail_by_sent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.id} {self.state}"


class DeliveryAttempt(models.Model):
    """One try to hand a mail to the relay; written once, never changed."""

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="tries")
    n = models.PositiveBigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    outcome = models.CharField(max_length=20)
    stage = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=40, blank=True)
    reply_code = models.PositiveSmallIntegerField(null=True)
    enhanced = models.CharField(max_length=12, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    queue_id = models.CharField(max_length=100, blank=True)
    peer = models.CharField(max_length=64, blank=True)
    tls_version = models.CharField(max_length=10, blank=True)
    node = models.CharField(max_length=63)
    process = models.CharField(max_length=200)

    class Meta:
        ordering = ["n"]
        constraints = [models.UniqueConstraint(fields=["mail", "n"], name="attempt_is_counted_once")]


class RelayHealthQuerySet(models.QuerySet["RelayHealth"]):
    """How well the relay does, as seen by single nodes."""

    def broken(self) -> Self:
        """The nodes that have left the relay alone after failures in a row."""
        return self.filter(failures__gte=BREAKER_THRESHOLD)

    def of(self, nodes: Iterable[str]) -> Self:
        """The rows of some nodes."""
        return self.filter(node__in=list(nodes))


class RelayHealth(models.Model):
    """What one node last found at the relay, with the settings and trust that `settings_mark` names."""

    node = models.CharField(max_length=63, unique=True)
    settings_mark = models.CharField(max_length=60)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=40, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    objects = RelayHealthQuerySet.as_manager()
