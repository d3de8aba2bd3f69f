"""An absolute end of time for a piece of work, whatever number of waits it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


class DeadlinePassed(Exception):
    """The time of the work is used up."""


@dataclass(frozen=True)
class Deadline:
    """A moment on a monotonic clock, in seconds."""

    ends_at: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """The moment `seconds` from now."""
        return cls(clock() + seconds, clock)

    def remaining(self) -> float:
        """Seconds that are left, more than zero; raises DeadlinePassed when none are."""
        left = self.ends_at - self.clock()
        if left <= 0:
            raise DeadlinePassed
        return left

    @property
    def left(self) -> float:
        """Seconds that are left, zero when none are."""
        return max(0.0, self.ends_at - self.clock())

    def is_over(self) -> bool:
        """Whether the moment has come."""
        return self.ends_at <= self.clock()

    def share(self, parts: int) -> Deadline:
        """An earlier deadline: the time that is left, divided by `parts`; raises DeadlinePassed."""
        return Deadline(self.clock() + self.remaining() / max(1, parts), self.clock)

    def at_most(self, seconds: float) -> Deadline:
        """This deadline, or the moment `seconds` from now if that is earlier."""
        return Deadline(min(self.ends_at, self.clock() + seconds), self.clock)

    def leaving(self, seconds: float) -> Deadline:
        """A deadline that keeps `seconds` in reserve, but at most a fifth of the time that is left."""
        return Deadline(self.ends_at - min(seconds, self.left / 5), self.clock)
