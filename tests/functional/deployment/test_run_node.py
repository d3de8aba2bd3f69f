"""A node's worker and daemon as real processes on a real broker."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from console import secrets
from tests.support.broker import RunningBroker, running_broker
from tests.support.installation import Installation, eventually, installed

pytestmark = pytest.mark.both_databases

NODE = "SELECT {} FROM deployment_node WHERE hostname = 'ise3-1'"


@pytest.fixture
def broker() -> Iterator[RunningBroker]:
    with running_broker() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, broker: RunningBroker) -> Iterator[Installation]:
    with installed(tmp_path, broker_url=broker.url) as installation:
        yield installation


def worker_heard_at(house: Installation) -> str | None:
    return house.value(NODE.format("worker_heard_at"))


def stamped_again(house: Installation) -> None:
    last = worker_heard_at(house)
    eventually(
        lambda: worker_heard_at(house) not in (None, last), what="the worker took a task from its queue"
    )


def test_a_worker_takes_a_task_from_its_own_queue_and_ends_when_asked(house: Installation) -> None:
    worker = house.spawn("run_node", "--personas", "mnt,pan")
    stamped_again(house)
    stamped_again(house)
    assert house.value(NODE.format("personas")) == '["pan", "mnt"]'
    assert house.value(NODE.format("is_broker_reachable")) == 1
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    assert "deployment.canary" not in house.log_of("run_node")


def test_a_killed_worker_is_silent_and_its_successor_is_heard(house: Installation) -> None:
    worker = house.spawn("run_node")
    stamped_again(house)
    worker.kill()
    worker.wait()
    last = worker_heard_at(house)
    house.spawn("run_node", node="ise3-2")
    eventually(
        lambda: house.value("SELECT worker_heard_at FROM deployment_node WHERE hostname = 'ise3-2'"),
        what="the other node's worker is heard",
    )
    assert worker_heard_at(house) == last
    house.spawn("run_node")
    stamped_again(house)


def test_a_worker_whose_broker_dies_says_so_and_is_heard_again_when_it_is_back(
    house: Installation, broker: RunningBroker
) -> None:
    house.spawn("run_node")
    stamped_again(house)
    broker.kill()
    eventually(
        lambda: house.value(NODE.format("is_broker_reachable")) == 0, what="the node reports its broker gone"
    )
    last = worker_heard_at(house)
    broker.start()
    eventually(
        lambda: house.value(NODE.format("is_broker_reachable")) == 1 and worker_heard_at(house) != last,
        what="the worker takes tasks again",
    )


def test_the_daemon_beats_takes_the_duties_and_ends_when_asked(house: Installation) -> None:
    daemon = house.spawn("notifyd")
    first = eventually(lambda: house.value(NODE.format("heard_at")), what="the daemon is heard")
    eventually(lambda: house.value(NODE.format("heard_at")) != first, what="the daemon beats again")
    holders = set(house.rows("SELECT name, holder, epoch FROM deployment_clusterlease"))
    assert holders == {("pan-primary", "ise3-1", 1), ("mnt-active", "ise3-1", 1)}
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(timeout=8) == 0


def test_three_daemons_of_one_node_run_each_slot_once(house: Installation) -> None:
    for _ in range(3):
        house.spawn("notifyd")
    eventually(lambda: house.value("SELECT count(*) FROM deployment_periodicrun"), what="a slot has run")
    eventually(lambda: house.log_of("notifyd").count("beats every") == 3, what="all three run")
    counts = house.rows("SELECT job, slot_at, count(*) FROM deployment_periodicrun GROUP BY 1, 2")
    assert {count for _, _, count in counts} == {1}
    assert "failed" not in house.log_of("notifyd")


def test_a_node_with_another_key_ring_refuses_to_start(house: Installation, tmp_path: Path) -> None:
    for node in ("ise3-1", "ise3-2"):
        house.manage("notifyd", "--once", node=node)
    promoted = house.manage("node_promote", "ise3-2")
    assert promoted.returncode == 0, promoted.stderr
    key_id = house.value("SELECT key_id FROM console_auditevent")
    other = tmp_path / "other-ring"
    other.write_text(secrets.new_ring_line())
    refused = house.manage("run_node", node="ise3-3", ISE_MAIL_KEYRING=str(other))
    assert refused.returncode == 2
    assert f"of node ise3-3 lacks keys that are in use: {key_id} (audit)." in refused.stderr
    assert house.rows("SELECT hostname FROM deployment_node WHERE hostname = 'ise3-3'") == []


@pytest.mark.parametrize("personas", ["pxgrid", "", "pan,mtn"])
def test_unknown_personas_are_a_usage_error(house: Installation, personas: str) -> None:
    refused = house.manage("run_node", "--personas", personas)
    assert refused.returncode == 2
    assert "--personas lists pan, mnt and psn" in refused.stderr


@pytest.mark.slow
def test_monitoring_leaves_a_frozen_node_and_the_node_is_off_duty_when_it_wakes(house: Installation) -> None:
    duty = "SELECT holder, epoch FROM deployment_clusterlease WHERE name = 'mnt-active'"
    frozen = house.spawn("notifyd")
    eventually(lambda: house.rows(duty) == [("ise3-1", 1)], what="the first node is on duty")
    house.spawn("notifyd", node="ise3-2")
    eventually(lambda: "beats every" in house.log_of("notifyd", node="ise3-2"), what="the second node runs")
    house.freeze(frozen)
    eventually(
        lambda: house.rows(duty) == [("ise3-2", 2)],
        within_seconds=60,
        what="the duty moves to the second node",
    )
    slept_at = house.value(NODE.format("heard_at"))
    frozen.send_signal(signal.SIGCONT)
    eventually(lambda: house.value(NODE.format("heard_at")) != slept_at, what="the first node beats again")
    assert house.rows(duty) == [("ise3-2", 2)]
    primary = house.rows("SELECT holder, epoch FROM deployment_clusterlease WHERE name = 'pan-primary'")
    assert primary == [("ise3-1", 1)]
