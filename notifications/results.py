"""Writing down what became of a claimed mail: only whoever still holds it may, and each try leaves a row."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from notifications.mail.states import Event
from notifications.models.outbox import DeliveryAttempt, OutgoingMail
from notifications.owner import process_of

log = logging.getLogger(__name__)

# The relay has answered by now: a database that restarts meanwhile must not make the answer forgotten.
_WRITE_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 0.5
_OUTCOMES: Final = {
    Event.ACCEPT: "accepted",
    Event.DEFER: "deferred",
    Event.GIVE_BACK: "given back",
    Event.REFUSE: "refused",
    Event.LOSE_ANSWER: "unanswered",
    Event.LOSE_LEASE: "crashed",
    Event.POISON: "crashed",
    Event.FIND_UNWANTED: "not wanted",
}
_SPENT: Final = {Event.ACCEPT, Event.FIND_UNWANTED}


@dataclass(frozen=True)
class Try:
    """The facts of one try; texts from the relay are printable already."""

    started_at: datetime
    ended_at: datetime
    milliseconds: int
    node: str
    owner: str
    stage: str = ""
    code: str = ""
    reply_code: int | None = None
    enhanced: str = ""
    answer: str = ""
    queue_id: str = ""
    peer: str = ""
    tls_version: str = ""


def finish(mail_id: UUID, token: int, event: Event, facts: Try, **fields: Any) -> bool:
    """Let an event happen to a claimed mail and keep the try; False when the claim was lost meanwhile.

    Tries again for 15 seconds while the database is away, then raises what it raised.
    """
    ends_at = time.monotonic() + _WRITE_SECONDS
    while True:
        try:
            is_ours = _written(mail_id, token, event, facts, fields)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() >= ends_at:
                raise
            log.warning("The result of mail %s could not be written yet", mail_id)
            connection.close()
            time.sleep(_PAUSE_SECONDS)
        else:
            if not is_ours:
                log.warning("Mail %s was claimed by another process before its result came", mail_id)
            return is_ours


def _written(mail_id: UUID, token: int, event: Event, facts: Try, fields: dict[str, Any]) -> bool:
    erased = {"values_sealed": "", "secrets_sealed": ""} if event in _SPENT else {}
    shown = {
        "last_code": facts.code,
        "answer": facts.answer[:200],
        "milliseconds": facts.milliseconds,
        "node": facts.node,
    }
    with transaction.atomic():
        held = OutgoingMail.objects.filter(pk=mail_id, lease_token=token)
        if not held.move(event, **shown, **erased, **fields):
            return False
        DeliveryAttempt.objects.create(
            mail_id=mail_id,
            n=token,
            started_at=facts.started_at,
            ended_at=facts.ended_at,
            milliseconds=facts.milliseconds,
            outcome=_OUTCOMES[event],
            stage=facts.stage,
            code=facts.code,
            reply_code=facts.reply_code,
            enhanced=facts.enhanced[:12],
            answer=facts.answer[:200],
            queue_id=facts.queue_id[:100],
            peer=facts.peer[:64],
            tls_version=facts.tls_version,
            node=facts.node,
            process=process_of(facts.owner),
        )
    return True
