"""The time, as every part of a symbol feed reads it."""

from __future__ import annotations

from collections.abc import Callable

from ...runtime import Millis
from .steady_clock import SteadyClock


class FeedClock:
    """now, elapsed: what they are by the clock of the System."""

    def __init__(self, now: Callable[[], Millis], elapsed: Callable[[], Millis]) -> None:
        self._now = now
        self._elapsed = elapsed
        self._steady = SteadyClock(now=now(), elapsed=elapsed())

    @property
    def utc(self) -> Millis:
        """By the venue's clock, as far as it is known."""
        return self._steady.utc(elapsed=self._elapsed())

    @property
    def elapsed(self) -> Millis:
        """By the clock that never jumps."""
        return self._elapsed()

    @property
    def is_measured(self) -> bool:
        """Whether the venue's clock was held against ours."""
        return self._steady.is_measured

    def measured(self, ahead: int) -> None:
        """The venue's time is the clock that never jumps, and `ahead` ms more."""
        self._steady.measured(ahead)

    def witness(self, stamp: Millis) -> None:
        """A venue has just said, by this stamp, what time it is."""
        self._steady.witness(stamp, now=self._now(), elapsed=self._elapsed())
