"""Absolute deadlines, on a clock that the test moves."""

import pytest

from notifications.smtp.deadline import Deadline, DeadlinePassed


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.mark.parametrize("timeout_seconds", [1, 60, 300])
def test_however_often_one_waits_the_whole_ends_at_the_timeout(timeout_seconds: int):
    clock = Clock()
    deadline = Deadline.after(timeout_seconds, clock)
    waited = 0.0
    with pytest.raises(DeadlinePassed):
        while True:
            step = min(deadline.remaining(), 0.75)
            clock.time += step
            waited += step
    assert waited == pytest.approx(timeout_seconds)
    assert deadline.is_over()


def test_a_share_divides_what_is_left():
    clock = Clock()
    deadline = Deadline.after(60, clock)
    assert deadline.share(3).remaining() == pytest.approx(20)
    clock.time += 30
    assert deadline.share(1).remaining() == pytest.approx(30)


def test_a_share_of_nothing_is_refused():
    clock = Clock()
    deadline = Deadline.after(1, clock)
    clock.time += 1
    with pytest.raises(DeadlinePassed):
        deadline.share(2)


def test_at_most_never_lengthens():
    clock = Clock()
    assert Deadline.after(1, clock).at_most(5).remaining() == pytest.approx(1)
    assert Deadline.after(9, clock).at_most(5).remaining() == pytest.approx(5)


@pytest.mark.parametrize(("timeout", "left"), [(1, 0.8), (5, 4), (60, 58), (300, 298)])
def test_a_reserve_is_small(timeout: int, left: float):
    assert Deadline.after(timeout, Clock()).leaving(2).remaining() == pytest.approx(left)
