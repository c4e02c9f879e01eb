"""A clock that runs at a rate: the demo's minute of market takes less than a minute."""

from __future__ import annotations

from time import perf_counter

import trio

from ...runtime import Millis


class PacedClock(trio.abc.Clock):
    """Real time, faster: drives trio and the actors alike.

    origin: what `now` says first, ms UTC. rate: seconds that pass in one of the host's, > 0.
    """

    def __init__(self, origin: Millis, rate: float) -> None:
        self._origin = origin
        self._rate = rate
        self._began = perf_counter()

    # -- for actors, in ms

    def now(self) -> Millis:
        return Millis(self._origin + self.elapsed())

    def elapsed(self) -> Millis:
        return Millis(int(self.current_time() * 1000))

    # -- for trio, in seconds

    def start_clock(self) -> None:
        self._began = perf_counter()

    def current_time(self) -> float:
        return (perf_counter() - self._began) * self._rate

    def deadline_to_sleep_time(self, deadline: float) -> float:
        return (deadline - self.current_time()) / self._rate
