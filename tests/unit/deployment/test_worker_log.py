"""The worker's log without its canary."""

import logging

import pytest

from deployment.worker import is_not_about_the_canary


@pytest.mark.parametrize(("task", "is_kept"), [("deployment.canary", False), ("notifications.drain", True)])
def test_only_the_canary_is_left_out_of_the_log(task: str, is_kept: bool) -> None:
    record = logging.makeLogRecord({"msg": "Task received", "data": {"name": task}})
    assert is_not_about_the_canary(record) is is_kept


def test_lines_without_a_task_are_kept() -> None:
    assert is_not_about_the_canary(logging.makeLogRecord({"msg": "ready"}))
