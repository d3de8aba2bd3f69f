"""Large imports by a real worker on a real broker: killed in the middle, two at once, and with no broker."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broker import RunningBroker, running_broker
from tests.support.installation import Installation, eventually, installed
from tests.support.pki import intermediate, root

pytestmark = pytest.mark.both_databases

COUNT = 300
_REQUEST = """
import time
from pathlib import Path
from django.utils import timezone
from certificates.importing import choosing, uploads
from certificates.pki.parse import SourceFile
data = Path({path!r}).read_bytes()
upload_id = uploads.take_in(files=[SourceFile(data)], actor="ada", now=timezone.now())
choice = choosing.Choice(taken=tuple(range({count})))
begun = time.monotonic()
outcome = choosing.choose(upload_id=upload_id, choice=choice, actor="ada", now=timezone.now())
print(outcome.state, time.monotonic() - begun)
"""
UPLOAD = "SELECT {} FROM certificates_upload"
STORED = "SELECT count(*), count(DISTINCT sha256) FROM certificates_trustedcertificate"


@pytest.fixture
def broker() -> Iterator[RunningBroker]:
    with running_broker() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, broker: RunningBroker) -> Iterator[Installation]:
    with installed(tmp_path, broker_url=broker.url) as installation:
        yield installation


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    authority = root()
    made = [intermediate(authority, f"CA {number:03}", key=authority.key) for number in range(COUNT)]
    path = tmp_path_factory.mktemp("bundle") / "bundle.pem"
    path.write_bytes(b"".join(item.pem for item in made))
    return path


def request(house: Installation, bundle: Path) -> float:
    """Choose all of a bundle as the page does; return the seconds that it took."""
    done = house.manage("shell", "-v0", "-c", _REQUEST.format(path=str(bundle), count=COUNT))
    state, seconds = done.stdout.split()
    assert state == "requested", done.stderr
    return float(seconds)


def done_count(house: Installation) -> int:
    return int(house.value(UPLOAD.format("done_count")))


def state(house: Installation) -> str:
    return str(house.value(UPLOAD.format("state")))


def assert_all_is_stored_once(house: Installation) -> None:
    assert house.rows(STORED) == [(COUNT, COUNT)]
    results = house.value(UPLOAD.format("results"))
    results = json.loads(results) if isinstance(results, str) else results
    assert [result["place"] for result in results if "id" in result] == list(range(COUNT))
    imports = "SELECT count(*) FROM console_auditevent WHERE action = 'certificate.import' AND actor = 'ada'"
    assert house.value(imports) == COUNT


def test_a_worker_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on(
    house: Installation, bundle: Path
) -> None:
    house.spawn("notifyd")
    worker = house.spawn("run_node")
    request(house, bundle)
    eventually(lambda: done_count(house) > 0, what="the first chunk is stored")
    worker.kill()
    worker.wait()
    left_at = done_count(house)
    assert 0 < left_at < COUNT and state(house) == "running"
    assert house.rows(STORED) == [(left_at, left_at)]
    house.spawn("run_node")
    eventually(lambda: state(house) == "done", within_seconds=60, what="the import is taken up again")
    assert_all_is_stored_once(house)


def test_two_workers_that_get_the_same_upload_store_it_once(house: Installation, bundle: Path) -> None:
    request(house, bundle)
    upload_id = house.value(UPLOAD.format("id"))
    again = f"from certificates.importing import choosing; choosing.waker({str(upload_id)!r})()"
    assert house.manage("shell", "-v0", "-c", again).returncode == 0
    house.spawn("run_node")
    house.spawn("run_node", node="ise3-2")
    eventually(lambda: state(house) == "done", within_seconds=60, what="the import is done")
    assert_all_is_stored_once(house)


def test_without_a_broker_the_choice_is_kept_and_carried_out_when_it_is_back(
    house: Installation, broker: RunningBroker, bundle: Path
) -> None:
    broker.kill()
    assert request(house, bundle) < 5
    assert state(house) == "requested"
    broker.start()
    house.spawn("notifyd")
    house.spawn("run_node")
    eventually(lambda: state(house) == "done", within_seconds=60, what="the import runs after all")
    assert_all_is_stored_once(house)
