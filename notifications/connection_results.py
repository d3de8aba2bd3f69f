"""What became of connection tests: their ends, the last of each node, what the saved server passed."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from notifications import words
from notifications.models.relay import ConnectionTest, RunState, columns_of
from notifications.relay_settings import current
from notifications.smtp.errors import Code

# A worker that listens takes a test up in well under a second.
SILENT_AFTER = timedelta(seconds=4)
GIVEN_UP_AFTER = timedelta(seconds=30)
PROCESS_ENDED = "the process ended"
_LOOK_SECONDS = 0.1
_KEPT = timedelta(days=30)


def tests_of(group: str) -> list[ConnectionTest]:
    """Return the tests that were requested together, by node."""
    return list(ConnectionTest.objects.of_group(group))


def group_of(test_id: int) -> str:
    """Return what ties a test to those requested with it."""
    return str(ConnectionTest.objects.values_list("group", flat=True).get(pk=test_id))


def last_tests(nodes: Iterable[str]) -> dict[str, ConnectionTest]:
    """Return the last test with a verdict of each node."""
    found: dict[str, ConnectionTest] = {}
    for node in nodes:
        test = ConnectionTest.objects.ended().filter(node=node).order_by("-requested_at").first()
        if test is not None:
            found[node] = test
    return found


def has_passed_test() -> bool:
    """Say whether the saved server, as it stands, was tested with success from any node."""
    row = current()
    if row is None:
        return False
    same = columns_of(row.server_without_password)
    same.pop("timeout_seconds")
    return ConnectionTest.objects.filter(state=RunState.DONE, code=Code.OK, **same).exists()


def give_up(now: datetime) -> int:
    """End the tests that nobody took up or whose process died, erase their secrets; return how many."""
    ended = _end_silent(ConnectionTest.objects.unanswered(now, GIVEN_UP_AFTER), GIVEN_UP_AFTER)
    ended += _end_abandoned(ConnectionTest.objects.abandoned(now))
    ConnectionTest.objects.ended().filter(requested_at__lt=now - _KEPT).delete()
    return ended


def wait_for_tests(
    group: str, *, clock: Callable[[], datetime], sleep: Callable[[float], None] = time.sleep
) -> list[ConnectionTest]:
    """Wait for the verdicts of a group and return its tests by node; a silent node is given up in seconds."""
    while True:
        now = clock()
        of_group = ConnectionTest.objects.of_group(group)
        _end_silent(of_group.unanswered(now, SILENT_AFTER), SILENT_AFTER)
        _end_abandoned(of_group.abandoned(now))
        tests = tests_of(group)
        if all(test.is_ended for test in tests):
            return tests
        sleep(_LOOK_SECONDS)


def end(test: ConnectionTest, *, state: RunState = RunState.DONE, **fields: Any) -> int:
    """Give a test its verdict and erase its secret; return 0 when it had ended before."""
    is_open = ConnectionTest.objects.filter(pk=test.pk, state__in=[RunState.REQUESTED, RunState.RUNNING])
    return is_open.update(state=state, ended_at=timezone.now(), password_sealed="", **fields)


def _end_silent(tests: Iterable[ConnectionTest], patience: timedelta) -> int:
    seconds = str(round(patience.total_seconds()))
    return sum(
        end(
            test,
            state=RunState.SILENT,
            code=words.NODE_SILENT,
            params={"node": test.node, "seconds": seconds},
        )
        for test in tests
    )


def _end_abandoned(tests: Iterable[ConnectionTest]) -> int:
    return sum(end(test, code=Code.INTERNAL, params={"detail": PROCESS_ENDED}) for test in tests)
