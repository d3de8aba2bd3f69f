"""What the SMTP server page shows: nodes, who sends what, standing warnings and the tests in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from certificates import truststore
from certificates import words as trust_words
from certificates.pki import fingerprints
from deployment import duties
from deployment.personas import NodeInfo, nodes, role_name, this_node
from notifications import outbox, relay, relay_health, relay_repair, stage_words, words
from notifications.connection_results import GIVEN_UP_AFTER, SILENT_AFTER
from notifications.models.relay import ConnectionTest, RelaySettings, RunState
from notifications.smtp.errors import Code


@dataclass(frozen=True)
class TestedNode:
    """A node that can be tested from, and the outcome of its last test."""

    hostname: str
    role: str
    is_this: bool
    last: TestView | None


@dataclass(frozen=True)
class StageLine:
    """One stage of a test in words; `tone` is ok, bad, run or skip."""

    name: str
    tone: str
    time: str
    detail: str


@dataclass(frozen=True)
class TestView:
    """One test in words; `tone` is ok, bad or run, `is_open` says that more may come."""

    test: ConnectionTest
    tone: str
    headline: str
    cause: str
    remedy: str
    stages: tuple[StageLine, ...] = ()
    warnings: tuple[str, ...] = ()
    is_about_trust: bool = False
    is_open: bool = False

    @property
    def transcript(self) -> list[tuple[str, str]]:
        """The lines of the conversation with the class that tells who spoke."""
        classes = {"C": "c", "S": "s"}
        return [(classes.get(line[:1], "note"), line) for line in self.test.transcript]

    @property
    def chain(self) -> list[dict[str, Any]]:
        """The certificates of the server, the one nearest to the root first."""
        return [
            {
                **one,
                "fingerprint": self._fingerprint(one),
                "not_before": _moment(one["not_before"]),
                "not_after": _moment(one["not_after"]),
            }
            for one in reversed(self.test.chain)
        ]

    @property
    def is_repairable(self) -> bool:
        """Whether another trusted certificate can make the test go further."""
        return relay_repair.is_repairable(self.test)

    def _fingerprint(self, one: dict[str, Any]) -> str:
        """The whole SHA-256 of what is trusted; of what is not, the part that nobody has to compare."""
        is_trusted = self.test.code == Code.OK or one["source"] == "store"
        return str(one["sha256"]) if is_trusted else fingerprints.masked(one["sha256"])


@dataclass(frozen=True)
class Panel:
    """The tests that were requested together; `seen` changes whenever there is something new to show."""

    group: str
    tests: tuple[TestView, ...]

    @property
    def is_running(self) -> bool:
        """Whether another look is worth while."""
        return any(view.is_open for view in self.tests)

    @property
    def seen(self) -> str:
        """A short mark of what is shown."""
        parts = (
            f"{view.test.pk}.{view.test.state}.{view.tone}."
            f"{sum(1 for stage in view.stages if stage.tone in {'ok', 'bad'})}"
            for view in self.tests
        )
        return "-".join(parts)


def panel_of(group: str, *, now: datetime) -> Panel:
    """Return the tests of a group as they stand at `now`."""
    return Panel(group, tuple(test_view(test, now=now) for test in relay.tests_of(group)))


def testable_nodes() -> list[NodeInfo]:
    """Return the nodes of the deployment, this one alone before any has registered."""
    return nodes() or [this_node()]


def tested_nodes(*, now: datetime) -> list[TestedNode]:
    """Return the nodes with the outcome of the last test of each."""
    known = testable_nodes()
    last = relay.last_tests(node.hostname for node in known)
    return [
        TestedNode(
            hostname=node.hostname,
            role=role_name(node) if node.is_registered else "",
            is_this=node.is_this,
            last=test_view(last[node.hostname], now=now) if node.hostname in last else None,
        )
        for node in known
    ]


def context(saved: RelaySettings | None, *, now: datetime) -> dict[str, Any]:
    """Return what stands around the form."""
    is_encrypted = saved is not None and saved.server_without_password.is_encrypted
    return {
        "saved": saved,
        "nodes": tested_nodes(now=now),
        "senders": duties.table(now=now),
        "sends_password_in_clear": saved is not None and saved.allow_cleartext_password,
        "trusts_nobody": is_encrypted and not truststore.has_usable(truststore.Usage.INFRASTRUCTURE, now=now),
        "faults": relay_health.open_faults() if saved else [],
        "last_accepted_at": outbox.last_accepted_at(),
    }


def test_view(test: ConnectionTest, *, now: datetime) -> TestView:
    """Put one test into words as it stands at `now`."""
    if test.is_ended:
        return _ended(test)
    waited = now - test.requested_at
    if test.state == RunState.REQUESTED and waited >= SILENT_AFTER:
        params = {"node": test.node, "seconds": str(int(SILENT_AFTER.total_seconds()))}
        told = words.text_of(words.NODE_SILENT, params)
        is_open = waited < GIVEN_UP_AFTER
        return TestView(test, "bad", told.headline, told.cause, told.remedy, is_open=is_open)
    if test.give_up_at is not None and test.give_up_at <= now:
        told = words.text_of(Code.INTERNAL, {"detail": relay.PROCESS_ENDED})
        return TestView(test, "bad", told.headline, told.cause, told.remedy, _stages(test))
    where = _("Testing {host} from {node}").format(host=test.host, node=test.node)
    return TestView(test, "run", where, "", "", _stages(test), is_open=True)


def _ended(test: ConnectionTest) -> TestView:
    told = words.text_of(test.code, test.params)
    warnings = tuple(str(trust_words.text_of(f["code"], f["params"])) for f in test.findings)
    if test.code == Code.OK:
        return TestView(test, "ok", told.headline, _how_well(test), "", _stages(test), warnings)
    is_about_trust = words.exit_code(test.code, test.stage) == 31
    return TestView(
        test, "bad", told.headline, told.cause, told.remedy, _stages(test), warnings, is_about_trust
    )


def _how_well(test: ConnectionTest) -> str:
    values = {
        "peer": test.peer,
        "tls": test.params.get("tls", ""),
        "milliseconds": test.milliseconds,
    }
    if values["tls"] and test.user:
        text = _("Encrypted with {tls}, verified and signed in: {peer} in {milliseconds} ms.")
    elif values["tls"]:
        text = _("Encrypted with {tls} and verified: {peer} in {milliseconds} ms.")
    elif test.user:
        text = _("Signed in without encryption: {peer} in {milliseconds} ms.")
    else:
        text = _("Without encryption and sign-in: {peer} in {milliseconds} ms.")
    return text.format(**values)


def _stages(test: ConnectionTest) -> tuple[StageLine, ...]:
    return tuple(_stage_line(stage) for stage in test.stages)


def _stage_line(stage: dict[str, Any]) -> StageLine:
    tone = stage["state"]
    if tone == "bad":
        detail = words.text_of(stage["code"], stage["facts"]).cause
    elif tone == "skip":
        detail = _("Not attempted")
    else:
        detail = stage_words.detail_of(stage["stage"], stage["facts"]) if tone == "ok" else ""
    took = stage["milliseconds"]
    time = "" if took is None else _("{milliseconds} ms").format(milliseconds=took)
    return StageLine(stage_words.name_of(stage["stage"]), tone, time, detail)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
