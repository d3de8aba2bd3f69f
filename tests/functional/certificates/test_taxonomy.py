"""Every reason of the taxonomy over real SMTP connections, and the same code without a connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify
from notifications.smtp import probe
from notifications.smtp.errors import Stage
from notifications.smtp.probe import ProbeResult
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support.pki import NOW, server_context
from tests.support.smtpd import SmtpServer
from tests.support.stapling import StaplingServer, stapling_context
from tests.support.taxonomy.case import Case, Responder, Scene, common_name, scene_of
from tests.support.taxonomy.table import CASES

pytestmark = pytest.mark.filterwarnings("ignore:X509.sign is deprecated")
MODES = (TlsMode.STARTTLS, TlsMode.IMPLICIT)
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
IDS = [case.name for case in CASES]


@pytest.fixture(scope="module")
def relays() -> Iterator[Mapping[TlsMode, SmtpServer]]:
    """One server for each way to begin TLS; a test gives it the certificates that it presents."""
    with (
        SmtpServer(context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as upgrading,
        SmtpServer(context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), implicit_tls=True) as encrypted,
    ):
        yield {TlsMode.STARTTLS: upgrading, TlsMode.IMPLICIT: encrypted}


def connect(
    scene: Scene, relay: SmtpServer, mode: TlsMode, newest: ssl.TLSVersion, folder: Path
) -> ProbeResult:
    """Test the connection as the product does."""
    if scene.staple or scene.needs_lenient_server:
        answering = stapling_context(scene.leaf, scene.above, scene.staple, newest)
        relay.context = StaplingServer(answering)  # type: ignore[assignment]
    else:
        relay.context = server_context(scene.leaf, folder, sent=scene.above, maximum=newest)
    server = ServerSettings(scene.host, relay.port, 10, mode, ehlo_name="ISE3-1")
    return probe.run(server, trust=scene.view, now=NOW)


def decide(scene: Scene) -> Verdict:
    """Decide about the same certificates and rows at the same moment without a connection."""
    return verify(
        presented=scene.presented,
        anchors=scene.view,
        host=scene.host,
        usage=scene.usage,
        now=NOW,
        ocsp=Responder(scene.staple or None) if scene.asks_ocsp else None,
        policy=scene.policy,
    )


def at_fault(verdict: Verdict) -> tuple[int | None, str]:
    return verdict.depth, common_name(verdict.subject)


def marked(verdict: Verdict) -> list[str]:
    """The common names of the certificates that the page marks."""
    return [common_name(one.subject) for one in verdict.chain if one.is_at_fault]


def codes_of(verdict: Verdict) -> tuple[str, ...]:
    return tuple(finding.code for finding in verdict.findings)


@pytest.mark.parametrize("newest", VERSIONS, ids=["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("mode", MODES, ids=["starttls", "implicit"])
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_connection_test_names_the_reason_and_the_certificate_at_fault(
    case: Case,
    mode: TlsMode,
    newest: ssl.TLSVersion,
    relays: Mapping[TlsMode, SmtpServer],
    tmp_path: Path,
) -> None:
    scene = scene_of(case.build)
    result = connect(scene, relays[mode], mode, newest, tmp_path)
    assert result.code == case.code
    if case.code.startswith("TLS_"):
        assert result.stage is Stage.TLS
        return
    verdict = result.verdict
    assert verdict is not None
    assert case.params.items() <= verdict.params.items()
    assert at_fault(verdict) == (case.depth, case.subject)
    assert marked(verdict) == ([case.subject] if case.subject else [])
    assert codes_of(verdict) == case.warnings
    assert verdict.chain[0].der == scene.leaf.der
    assert result.stage is (None if case.code == "OK" else Stage.TRUST)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_without_a_connection_the_answer_is_the_same(case: Case) -> None:
    verdict = decide(scene_of(case.build))
    assert verdict.code == (case.offline or case.code)
    if case.offline:
        assert case.because
        return
    assert case.params.items() <= verdict.params.items()
    assert at_fault(verdict) == (case.depth, case.subject)
    assert marked(verdict) == ([case.subject] if case.subject else [])
    told = case.warnings if case.offline_warnings is None else case.offline_warnings
    assert codes_of(verdict) == told


def test_each_case_stands_once() -> None:
    assert len({case.build for case in CASES}) == len(CASES)
