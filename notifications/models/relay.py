"""The SMTP server that takes the mails of all nodes, and the tests of a connection to it."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q

from notifications.smtp.settings import ServerSettings, TlsMode

_TLS_MODES = [(mode.value, mode.value) for mode in TlsMode]
_MINIMUM_VERSIONS = [("1.2", "TLS 1.2"), ("1.3", "TLS 1.3")]
LOWEST_TIMEOUT, HIGHEST_TIMEOUT = 1, 300


class ServerColumns(models.Model):
    """The columns that make a `ServerSettings`, the password left out."""

    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=25)
    timeout_seconds = models.PositiveIntegerField(default=60)
    tls = models.CharField(max_length=8, choices=_TLS_MODES, default=TlsMode.NONE.value)
    minimum_tls = models.CharField(max_length=3, choices=_MINIMUM_VERSIONS, default="1.2")
    user = models.CharField(max_length=320, blank=True)
    allow_cleartext_password = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def server_without_password(self) -> ServerSettings:
        """The settings as the dialogue takes them, without password and EHLO name."""
        return ServerSettings(
            host=self.host,
            port=self.port,
            timeout_seconds=self.timeout_seconds,
            tls=TlsMode(self.tls),
            minimum_tls=self.minimum_tls,
            user=self.user,
        )


def columns_of(server: ServerSettings) -> dict[str, Any]:
    """Return the columns for a server."""
    return {
        "host": server.host,
        "port": server.port,
        "timeout_seconds": server.timeout_seconds,
        "tls": server.tls.value,
        "minimum_tls": server.minimum_tls,
        "user": server.user,
    }


def _limits(name: str) -> list[models.CheckConstraint]:
    timeout = Q(timeout_seconds__gte=LOWEST_TIMEOUT, timeout_seconds__lte=HIGHEST_TIMEOUT)
    return [
        models.CheckConstraint(condition=Q(port__gte=1, port__lte=65535), name=f"{name}_port_is_a_port"),
        models.CheckConstraint(condition=timeout, name=f"{name}_timeout_in_limits"),
        models.CheckConstraint(
            condition=Q(tls__in=[mode.value for mode in TlsMode]), name=f"{name}_tls_is_known"
        ),
        models.CheckConstraint(condition=~Q(host=""), name=f"{name}_has_a_host"),
    ]


class RelaySettings(ServerColumns):
    """The saved SMTP server: one row. `version` counts the changes; `is_bound_by_egress` says who saved it.

    What the page saved keeps the outbound rules when mail is sent; what was saved at the node's own shell
    is not bound by them.
    """

    password_sealed = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    is_bound_by_egress = models.BooleanField(default=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="relay_has_one_row"),
            models.CheckConstraint(
                condition=Q(user="", password_sealed="") | (~Q(user="") & ~Q(password_sealed="")),
                name="relay_user_has_a_password",
            ),
            *_limits("relay"),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class RunState(models.TextChoices):
    """How far a connection test is; SILENT: no worker of the node took it up in time."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    SILENT = "silent"


class ConnectionTestQuerySet(models.QuerySet["ConnectionTest"]):
    """Connection tests by what they are."""

    def unanswered(self, now: datetime, patience: timedelta) -> Self:
        """Tests that no worker has taken up within the patience."""
        return self.filter(state=RunState.REQUESTED, requested_at__lte=now - patience)

    def abandoned(self, now: datetime) -> Self:
        """Tests whose process has not reported an end although its time is over."""
        return self.filter(state=RunState.RUNNING, give_up_at__lte=now)

    def ended(self) -> Self:
        """Tests that have a verdict."""
        return self.filter(state__in=[RunState.DONE, RunState.SILENT])

    def of_group(self, group: str) -> Self:
        """The tests that were requested together, by node."""
        return self.filter(group=group).order_by("node")


class ConnectionTest(ServerColumns):
    """One test of a server from one node; the sealed password is erased when it ends."""

    group = models.UUIDField(db_index=True)
    node = models.CharField(max_length=63)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.REQUESTED)
    requested_by = models.CharField(max_length=150)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    give_up_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_bound_by_egress = models.BooleanField(default=True)
    password_sealed = models.TextField(blank=True)

    process_id = models.PositiveIntegerField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    params = models.JSONField(default=dict)
    stages = models.JSONField(default=list)
    transcript = models.JSONField(default=list)
    chain = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    peer = models.CharField(max_length=64, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)

    objects = ConnectionTestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["node", "-requested_at"], name="test_by_node")]
        constraints = [
            models.UniqueConstraint(fields=["group", "node"], name="test_once_a_node"),
            models.CheckConstraint(
                condition=~Q(state__in=[RunState.DONE, RunState.SILENT])
                | (Q(password_sealed="", ended_at__isnull=False) & ~Q(code="")),
                name="ended_test_holds_no_secret",
            ),
            *_limits("test"),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port} from {self.node} {self.state}"

    @property
    def is_ended(self) -> bool:
        """Whether there is a verdict."""
        return self.state in {RunState.DONE, RunState.SILENT}

    def as_json(self) -> dict[str, Any]:
        """The test as plain values, the code first."""
        return {
            "code": self.code,
            "stage": self.stage or None,
            "params": self.params,
            "stages": self.stages,
            "transcript": self.transcript,
            "chain": self.chain,
            "findings": self.findings,
            "peer": self.peer,
            "milliseconds": self.milliseconds,
            "node": self.node,
            "process": {"id": self.process_id, "worker": self.worker},
        }
