"""The stages of a conversation as they happen, for whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from notifications.smtp.errors import Stage
from notifications.smtp.settings import ServerSettings, TlsMode
from notifications.smtp.transcript import Speaker


class StageState(StrEnum):
    """How far a stage is; SKIPPED is one that was never reached."""

    RUNNING = "run"
    DONE = "ok"
    FAILED = "bad"
    SKIPPED = "skip"


@dataclass(frozen=True)
class StageReport:
    """One stage with the facts it found out; `code` is set where it failed."""

    stage: Stage
    state: StageState
    milliseconds: int | None = None
    code: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The stage as plain values."""
        return {
            "stage": str(self.stage),
            "state": str(self.state),
            "milliseconds": self.milliseconds,
            "code": self.code,
            "facts": dict(self.facts),
        }


class Observer(Protocol):
    """Is told each step of a conversation while it runs."""

    def begin(self, stage: Stage) -> None:
        """A stage starts."""

    def done(self, stage: Stage, facts: Mapping[str, str]) -> None:
        """The stage succeeded."""

    def said(self, speaker: Speaker, text: str) -> None:
        """A line was said; it is printable and holds no secret."""


class Nobody:
    """An observer that looks away."""

    def begin(self, stage: Stage) -> None:
        """Ignore it."""

    def done(self, stage: Stage, facts: Mapping[str, str]) -> None:
        """Ignore it."""

    def said(self, speaker: Speaker, text: str) -> None:
        """Ignore it."""


def planned_stages(server: ServerSettings) -> tuple[Stage, ...]:
    """The stages a test of this server goes through, in their order."""
    greeting = (Stage.GREETING, Stage.EHLO)
    sign_in = (Stage.AUTH,) if server.user else ()
    opening: tuple[Stage, ...] = greeting
    if server.negotiation is TlsMode.IMPLICIT:
        opening = (Stage.TLS, Stage.TRUST, *greeting)
    elif server.negotiation is TlsMode.STARTTLS:
        opening = (*greeting, Stage.STARTTLS, Stage.TLS, Stage.TRUST, Stage.EHLO_AGAIN)
    return (Stage.RESOLVE, Stage.CONNECT, *opening, *sign_in, Stage.QUIT)
