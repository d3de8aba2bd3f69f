"""The periodic check: what the verifier says now about each chain in use, revocation included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from certificates import words
from certificates.chains.purposes import purpose_named
from certificates.chains.seen import newest_chains, presented_of
from certificates.health import schedule
from certificates.models import CertificateCheck, SeenChain
from certificates.pki.status import StatusSource
from certificates.pki.verdict import OK, Verdict
from certificates.pki.verify import verify
from certificates.revocation.sources import DatabaseStatusSource
from certificates.truststore import view_for

NOBODY_TOOK_IT: Final = timedelta(minutes=3)
MOST_SHOWN: Final = 50
SECONDS: Final = 300.0
"""The time that a check may wait for OCSP services altogether."""
SECONDS_OF_DAEMON: Final = 60.0
"""The daemon has other work to do in the same round."""


@dataclass(frozen=True)
class Checked:
    """What the last check said about one endpoint; `label` names it as a person does."""

    label: str
    code: str
    verdict: dict[str, Any]
    checked_at: datetime

    @property
    def is_ok(self) -> bool:
        """Whether the chain would be accepted."""
        return self.code == OK

    @property
    def chain(self) -> list[str]:
        """The fingerprints of the chain, the server's own first."""
        return [link["sha256"] for link in self.verdict.get("chain", [])]

    @property
    def codes(self) -> list[tuple[str, dict[str, str]]]:
        """Everything that was found, with its parameters, the verdict's own code first."""
        own = [] if self.is_ok else [(self.code, self.verdict.get("params", {}))]
        return own + [(found["code"], found["params"]) for found in self.verdict.get("findings", [])]

    @property
    def reason(self) -> words.Words:
        """Why it would be refused, and what to do about it."""
        return words.text_of(self.code, self.verdict.get("params", {}))

    @property
    def warnings(self) -> list[words.Words]:
        """What else is worth saying of an accepted chain."""
        found = self.verdict.get("findings", []) if self.is_ok else []
        return [words.text_of(finding["code"], finding["params"]) for finding in found]


def look(now: datetime) -> None:
    """Have a due check made by a worker, or make it here when there is no broker or nobody took it up."""
    row = schedule.current(now=now)
    if row.due_at is None or row.due_at > now:
        return
    is_taken = schedule.wake_worker()
    if not is_taken or now - row.due_at > NOBODY_TOOK_IT:
        run(now, seconds=SECONDS_OF_DAEMON)


def run(now: datetime, *, seconds: float = SECONDS) -> bool:
    """Make the due check and keep what it says; False when none is due or another process makes it.

    Every responder is asked anew: answers that are kept from before do not count.
    """
    if not schedule.claim(now=now):
        return False
    source = DatabaseStatusSource(seconds=seconds, use_cache=False)
    names = [_check(chain, source, now) for chain in newest_chains(now=now)]
    CertificateCheck.objects.exclude(endpoint__in=names).delete()
    schedule.finish(started_at=now)
    return True


def last_results() -> Iterator[Checked]:
    """Yield what the last check said, refused chains first."""
    rows = CertificateCheck.objects.order_by("endpoint")[:MOST_SHOWN]
    for row in sorted(rows, key=lambda row: row.code == OK):
        purpose, _, endpoint = row.endpoint.partition(" ")
        label = purpose_named(purpose).of(endpoint)
        yield Checked(label, row.code, row.verdict, row.checked_at)


def _check(chain: SeenChain, source: StatusSource, now: datetime) -> str:
    verdict = _verdict(chain, source, now)
    name = f"{chain.purpose} {chain.endpoint}"[:300]
    found = {"code": verdict.code, "verdict": verdict.as_json(), "checked_at": now}
    CertificateCheck.objects.update_or_create(endpoint=name, defaults=found)
    return name


def _verdict(chain: SeenChain, source: StatusSource, now: datetime) -> Verdict:
    return verify(
        presented=presented_of(chain),
        anchors=view_for(chain.usage, now=now),
        host=chain.host,
        usage=chain.usage,
        now=now,
        ocsp=source,
    )
