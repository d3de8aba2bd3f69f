"""Every vector of the cryptography package, damaged copies, and uploads made to cost: no crash, no leak.

ISE_MAIL_FUZZ=100000 reads so many damaged copies instead of 10,000.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from certificates import words
from certificates.importing.confirmations import Confirmation
from certificates.models import TrustedCertificate
from certificates.pki.parse import ParseRefused, SourceFile, read_files
from tests.support import hostile, people, vectors
from tests.support.parse_meter import SEED
from tests.support.uploads import IMPORT, TICKED, file, upload_at

COUNT = int(os.environ.get("ISE_MAIL_FUZZ", "10000"))
MOST_MEGABYTES = 50
ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.filterwarnings("ignore")


def outcome_of(data: bytes) -> str:
    """Read an upload; what it is refused for must have words, what it holds must have all its fields."""
    try:
        reading = read_files([SourceFile(data)])
    except ParseRefused as refusal:
        assert refusal.findings
        found, outcome = refusal.findings, "refused"
    else:
        assert all(item.fields.sha256 and item.fields.display_name for item in reading.certificates)
        found, outcome = reading.faults, "accepted"
    for finding in found:
        told = words.text_of(finding.code, finding.params)
        assert finding.code in words.TABLE and len(str(told)) < 1500
    return outcome


def test_every_vector_is_accepted_or_refused_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        outcomes = [outcome_of(path.read_bytes()) for path in vectors.files()]
    assert len(outcomes) > 2000
    assert outcomes.count("accepted") > 400
    assert caplog.records == []


def test_damaged_vectors_are_accepted_or_refused_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        outcomes = [outcome_of(data) for data in vectors.mutants(COUNT, seed=SEED)]
    assert len(outcomes) == COUNT and {"accepted", "refused"} == set(outcomes)
    assert caplog.records == []


@pytest.mark.parametrize("name", sorted(hostile.UPLOADS))
def test_an_upload_that_is_made_to_cost_is_accepted_or_refused_with_a_reason(name: str) -> None:
    assert outcome_of(hostile.UPLOADS[name]()) in {"accepted", "refused"}


@pytest.fixture(scope="module")
def costs() -> dict[str, dict[str, float]]:
    """What reading took in a process of its own."""
    command = [sys.executable, "-m", "tests.support.parse_meter", str(COUNT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=1800)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def test_reading_takes_no_more_than_50_megabytes(
    costs: dict[str, dict[str, float]], record_property: Any
) -> None:
    slowest = max(costs, key=lambda name: costs[name]["seconds"])
    record_property("slowest_upload", slowest)
    record_property("slowest_seconds", round(costs[slowest]["seconds"], 3))
    for name, cost in costs.items():
        print(f"{name:32} {cost['megabytes']:6.1f} MB {cost['seconds']:7.3f} s")  # noqa: T201
    assert set(costs) == {*hostile.UPLOADS, "mutants"}
    assert {name: cost for name, cost in costs.items() if cost["megabytes"] > MOST_MEGABYTES} == {}


def key_lines(data: bytes) -> list[str]:
    """Pieces of an upload that would tell of a key, as text and in hexadecimal."""
    text = data.decode("latin-1")
    pieces = [line for line in text.splitlines() if len(line) >= 40 and line.isascii()]
    return [piece[:40] for piece in pieces[1:4]] + [data[20:40].hex()]


def is_key(data: bytes) -> bool:
    """Whether an upload is refused because of a private key."""
    try:
        read_files([SourceFile(data)])
    except ParseRefused as refusal:
        return refusal.is_about_keys
    return False


def sample() -> list[bytes]:
    """Vectors of each kind and damaged ones, few enough for the pages."""
    whole = [path.read_bytes() for path in vectors.files()[:: max(1, len(vectors.files()) // 60)]]
    small = [data for data in whole if len(data) < 100_000]
    return small + list(vectors.mutants(max(60, COUNT // 150), seed=SEED + 1))


@pytest.mark.django_db
def test_no_page_fails_on_what_is_uploaded_or_pasted_and_no_key_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client, chosen = people.client_for(people.ada()), 0
    for number, data in enumerate(sample()):
        caplog.clear()
        with caplog.at_level("DEBUG"):
            sent: dict[str, Any] = (
                {"text": data.decode("latin-1")} if number % 3 == 0 else {"certificate_file": file(data)}
            )
            response = client.post(IMPORT, sent)
        assert response.status_code in {200, 302}, data[:200]
        if response.status_code == 302:
            chosen += _choose_all(client, response["Location"])
        elif is_key(data):
            said = response.content.decode() + caplog.text
            assert not [piece for piece in key_lines(data) if piece in said]
    assert chosen > 10 and TrustedCertificate.objects.exists()


def _choose_all(client: Client, address: str) -> int:
    """Look at the choice and take all of it with every confirmation; count what was asked for."""
    assert client.get(address).status_code == 200
    count = upload_at(address).count
    choice = TICKED | dict.fromkeys((box.value for box in Confirmation), "on")
    response = client.post(address, choice | {"taken": [str(place) for place in range(count)]})
    assert response.status_code in {200, 302}
    assert client.get(address).status_code == 200
    return count
