"""One mail with all its tries, and why nodes leave the relay alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from deployment.personas import Persona
from notifications import mail_words, relay, relay_health
from notifications.delivery_log import category_label
from notifications.mail.states import State
from notifications.models.outbox import DeliveryAttempt, OutgoingMail

_RESENDABLE: Final = (State.DEAD, State.AMBIGUOUS)
_ON_ITS_WAY: Final = (State.QUEUED, State.SENDING)
_SHOWN: Final = (
    *("id", "category", "state", "persona", "node", "recipient", "from_header", "reference", "attempts"),
    *("crashes", "last_code", "last_error", "answer", "milliseconds", "message_id"),
    *("created_at", "due_at", "not_after", "sent_at"),
)
_SHOWN_OF_A_TRY: Final = (
    *("n", "outcome", "stage", "code", "reply_code", "enhanced", "answer", "queue_id", "peer"),
    *("tls_version", "node", "process", "started_at", "milliseconds"),
)


@dataclass(frozen=True)
class AttemptLine:
    """One try with its words."""

    attempt: DeliveryAttempt
    label: mail_words.Label
    cause: str


@dataclass(frozen=True)
class Detail:
    """One mail with all its tries, the last one last, and what is to be said about its state."""

    mail: OutgoingMail
    tries: tuple[AttemptLine, ...]
    label: mail_words.Label
    cause: str
    remedy: str

    @property
    def may_be_resent(self) -> bool:
        """Whether an administrator may send it again."""
        return self.mail.state in _RESENDABLE

    @property
    def is_on_its_way(self) -> bool:
        """Whether something may still become of it without anybody's doing."""
        return self.mail.state in _ON_ITS_WAY

    @property
    def category_label(self) -> str:
        """What mail it is, in the reader's language."""
        return category_label(self.mail.category)

    @property
    def persona_label(self) -> str:
        """The persona that sends it, as ISE writes it."""
        return Persona(self.mail.persona).label

    @property
    def last_try(self) -> DeliveryAttempt | None:
        """The latest try, None before the first."""
        return self.tries[-1].attempt if self.tries else None

    def as_json(self) -> dict[str, Any]:
        """The mail as plain values, without anything that stood in it."""
        return {
            **{name: _plain(getattr(self.mail, name)) for name in _SHOWN},
            "tries": [
                {name: _plain(getattr(line.attempt, name)) for name in _SHOWN_OF_A_TRY} for line in self.tries
            ],
        }


@dataclass(frozen=True)
class RelayFault:
    """Why a node leaves the relay alone, and since when."""

    node: str
    failures: int
    failed_at: datetime | None
    answer: str
    cause: str
    remedy: str


def detail_of(mail_id: UUID) -> Detail | None:
    """Return one mail, None when there is none with this id."""
    mail = OutgoingMail.objects.filter(pk=mail_id).first()
    if mail is None:
        return None
    params = _relay_params()
    cause, remedy = mail_words.explain(mail.last_code, answer=mail.answer, params=params)
    tries = tuple(
        AttemptLine(
            one,
            mail_words.OUTCOMES[one.outcome],
            mail_words.explain(one.code, answer=one.answer, params=params)[0],
        )
        for one in mail.tries.all()
    )
    return Detail(mail, tries, mail_words.label_of(mail.state, attempts=mail.attempts), cause, remedy)


def relay_faults() -> list[RelayFault]:
    """Return why nodes leave the relay alone at present, by node."""
    params = _relay_params()
    return [
        RelayFault(
            health.node,
            health.failures,
            health.failed_at,
            health.answer,
            *mail_words.explain(health.code, answer=health.answer, params=params),
        )
        for health in relay_health.open_faults()
    ]


def _relay_params() -> dict[str, str]:
    """What the words about an outcome at the relay may name."""
    server = relay.current()
    if server is None:
        return {}
    return {
        "host": server.host,
        "port": str(server.port),
        "user": server.user,
        "seconds": str(server.timeout_seconds),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
