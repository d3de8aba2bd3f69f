"""Every allowed combination of the four boxes against every use, over a real handshake."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from certificates.pki.trust import TrustView
from certificates.usages import Usage, missing_for
from notifications.smtp import probe
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support.pki import NOW, Made, root, server_context
from tests.support.smtpd import SmtpServer
from tests.support.taxonomy.case import HOST, relay
from tests.support.tls_dialogue import row

COMBINATIONS = [frozenset(chosen) for size in range(5) for chosen in combinations(Usage, size)]
ALLOWED = [boxes for boxes in COMBINATIONS if not missing_for(boxes)]


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


@pytest.fixture(scope="module")
def server(authority: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    folder: Path = tmp_path_factory.mktemp("server")
    context: ssl.SSLContext = server_context(relay(authority), folder)
    with SmtpServer(context=context, implicit_tls=True) as running:
        yield running


def test_eight_of_sixteen_combinations_are_allowed() -> None:
    assert len(COMBINATIONS) == 16
    first, second, third, last = Usage
    staircase = [set(), {first}, {first, second}, {first, second, third}]
    assert {frozenset(boxes | extra) for boxes in staircase for extra in (set(), {last})} == set(ALLOWED)


@pytest.mark.parametrize("asked", list(Usage))
@pytest.mark.parametrize("boxes", ALLOWED, ids=lambda boxes: "+".join(sorted(boxes)) or "none")
def test_the_box_of_the_use_decides_and_no_other(
    boxes: frozenset[Usage], asked: Usage, authority: Made, server: SmtpServer
) -> None:
    usages = frozenset(box.value for box in boxes)
    trust = TrustView((row(authority, usages=usages, name="Lab root"),), asked.value, 1)
    settings = ServerSettings(HOST, server.port, 10, TlsMode.IMPLICIT, ehlo_name="ISE3-1")
    result = probe.run(settings, trust=trust, now=NOW)
    assert result.verdict is not None
    if asked not in boxes:
        assert result.code == "ISSUER_WRONG_USAGE"
        assert result.verdict.params["needed"] == asked.value
        return
    assert result.code == "OK"
    is_incomplete = asked is Usage.INFRASTRUCTURE and Usage.ENDPOINTS not in boxes
    expected = ["SECOND_USAGE_OFF"] if is_incomplete else []
    assert [finding.code for finding in result.verdict.findings] == expected
