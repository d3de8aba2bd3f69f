"""The connection test: everything a mail would meet, up to the sign-in, and no mail."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from certificates.pki.trust import TrustView
from certificates.pki.verdict import ChainCertificate, Verdict
from notifications.smtp import hints
from notifications.smtp.connection import Permit
from notifications.smtp.deadline import Deadline
from notifications.smtp.errors import Code, SmtpFailure, Stage
from notifications.smtp.opening import Opening
from notifications.smtp.session import SmtpSession
from notifications.smtp.settings import ServerSettings
from notifications.smtp.stages import StageReport, StageState, planned_stages
from notifications.smtp.transcript import Line, Speaker, printable, shortened

# Kept for a second, throw-away connection that tells a silent server from one that waits for TLS.
_HINT_SECONDS = 2.0
_MAX_LINES = 500


@dataclass(frozen=True)
class ProbeResult:
    """The outcome: `code` is OK or says what failed at `stage`, `params` are for the words about it."""

    code: str
    stage: Stage | None
    params: Mapping[str, str]
    stages: tuple[StageReport, ...]
    transcript: tuple[Line, ...]
    verdict: Verdict | None = None
    peer: str = ""
    milliseconds: int = 0

    @property
    def chain(self) -> tuple[ChainCertificate, ...]:
        """The certificates of the server, as far as it showed them."""
        return self.verdict.chain if self.verdict else ()

    def as_json(self) -> dict[str, Any]:
        """The result as plain values, the code first."""
        return {
            "code": self.code,
            "stage": str(self.stage) if self.stage else None,
            "params": dict(self.params),
            "stages": [report.as_json() for report in self.stages],
            "transcript": [str(line) for line in self.transcript],
            "chain": [shown_certificate(certificate) for certificate in self.chain],
            "findings": [finding.as_json() for finding in (self.verdict.findings if self.verdict else ())],
            "peer": self.peer,
            "milliseconds": self.milliseconds,
        }


def shown_certificate(certificate: ChainCertificate) -> dict[str, Any]:
    """One certificate as plain values, with its PEM text so that it can be imported."""
    text = base64.encodebytes(certificate.der).decode("ascii")
    pem = f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"
    return {**certificate.as_json(), "pem": pem}


OnStage = Callable[[tuple[StageReport, ...], tuple[Line, ...]], None]


@dataclass
class _Recorder:
    """Keeps the stages with their times and the transcript, and hands on each change of a stage."""

    planned: tuple[Stage, ...]
    on_stage: OnStage | None
    clock: Callable[[], float]
    reports: dict[Stage, StageReport] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    began_at: float = 0.0

    def begin(self, stage: Stage) -> None:
        """Note the start of a stage."""
        self.began_at = self.clock()
        self._set(StageReport(stage, StageState.RUNNING))

    def done(self, stage: Stage, facts: Mapping[str, str]) -> None:
        """Note the success of a stage."""
        self._set(StageReport(stage, StageState.DONE, self._elapsed(), facts=_shown(facts)))

    def said(self, speaker: Speaker, text: str) -> None:
        """Keep a line of the transcript."""
        if len(self.lines) < _MAX_LINES:
            self.lines.append(Line(speaker, shortened(printable(text))))

    def fail(self, failure: SmtpFailure) -> None:
        """Note the stage that failed."""
        took = self.reports[failure.stage].milliseconds if failure.stage in self.reports else None
        milliseconds = self._elapsed() if took is None else took
        self._set(
            StageReport(failure.stage, StageState.FAILED, milliseconds, failure.code, _shown(failure.params))
        )

    @property
    def stages(self) -> tuple[StageReport, ...]:
        """All planned stages, those not reached as skipped."""
        order = dict.fromkeys((*self.planned, *self.reports))
        return tuple(self.reports.get(stage, StageReport(stage, StageState.SKIPPED)) for stage in order)

    def _elapsed(self) -> int:
        return round((self.clock() - self.began_at) * 1000)

    def _set(self, report: StageReport) -> None:
        self.reports[report.stage] = report
        if self.on_stage:
            self.on_stage(self.stages, tuple(self.lines))


def run(
    server: ServerSettings,
    *,
    trust: TrustView,
    now: datetime,
    on_stage: OnStage | None = None,
    permit: Permit | None = None,
    allow_cleartext_password: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> ProbeResult:
    """Test the server within its timeout; never raises SmtpFailure, the result holds what failed.

    `on_stage` is called at each change with all stages and the transcript so far.
    """
    deadline = Deadline.after(server.timeout_seconds, clock)
    recorder = _Recorder(planned_stages(server), on_stage, clock)
    opening = Opening(
        server,
        trust,
        now,
        deadline,
        recorder,
        permit,
        allow_cleartext_password,
        deadline.leaving(_HINT_SECONDS),
    )
    started_at = clock()
    try:
        session = SmtpSession(opening.run())
    except SmtpFailure as failure:
        told = _with_hint(failure, opening)
        recorder.fail(told)
        return _result(recorder, told.code, told.stage, told.params, told.verdict, clock() - started_at)
    peer, verdict = session.peer, session.verdict
    session.quit(deadline=deadline)
    params = {"host": server.host, "port": str(server.port), "peer": peer, "tls": session.tls_version}
    return _result(recorder, Code.OK, None, params, verdict, clock() - started_at)


def _shown(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: shortened(printable(value)) for name, value in facts.items()}


def _with_hint(failure: SmtpFailure, opening: Opening) -> SmtpFailure:
    """A server that never greeted may have waited for a TLS handshake: find out, within the same deadline."""
    if failure.code != Code.BANNER_TIMEOUT or not hints.speaks_tls(opening):
        return failure
    return SmtpFailure(Code.TLS_ON_PLAIN_PORT, failure.stage, params=failure.params)


def _result(
    recorder: _Recorder,
    code: str,
    stage: Stage | None,
    params: Mapping[str, str],
    verdict: Verdict | None,
    seconds: float,
) -> ProbeResult:
    peer = recorder.reports[Stage.CONNECT].facts.get("peer", "") if Stage.CONNECT in recorder.reports else ""
    result = ProbeResult(str(code), stage, _shown(params), recorder.stages, tuple(recorder.lines), verdict)
    return replace(result, peer=peer, milliseconds=round(seconds * 1000))
