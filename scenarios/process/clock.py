"""The clock of a scenario with real processes: the host's, with sleeps made shorter.

A script's `trio.sleep(600)` gives things time to happen; beside a real bot, nobody can make time
jump. With a pace of 10 it takes a minute. What waits for a bot must count the host's seconds, as
that does.
"""

from __future__ import annotations

from time import perf_counter

import attrs
import trio


@attrs.define
class PacedClock(trio.abc.Clock):
    """Trio's time for one run. pace: its seconds for each of the host."""

    pace: float = 1.0
    _began: float = 0.0  # s, of the host

    def start_clock(self) -> None:
        """See trio."""
        self._began = perf_counter()

    def current_time(self) -> float:
        """See trio."""
        return (perf_counter() - self._began) * self.pace

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """See trio."""
        return (deadline - self.current_time()) / self.pace
