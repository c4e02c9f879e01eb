"""UTC on a clock that does not jump: ages stay right while somebody sets the wall clock (L5).

It is the venue's time, as the connector has measured it, counted on by the clock that never jumps:
a host whose wall clock is behind takes no stamp of the venue for one of the future (L4). Where
nothing was measured it is the wall time of the start. That clock may stand still while a machine
sleeps, and the wall clock may have been wrong; where the two differ, what the venue says decides:
the wall clock is believed anew once it is nearer to several stamps in a row.
"""

from __future__ import annotations

from typing import Final

from ...runtime import Millis
from .freshness import JUMP

CERTAIN: Final = 3  # stamps in a row
NEAR: Final = 60_000  # ms by which a stamp that tells anything may differ from the time


class SteadyClock:
    """Starts at the wall time `now`."""

    def __init__(self, *, now: Millis, elapsed: Millis) -> None:
        self._ahead = now - elapsed
        self._votes = 0
        self.is_measured = False

    def measured(self, ahead: int) -> None:
        """The venue's time is the clock that never jumps, and `ahead` ms more."""
        self._ahead = ahead
        self.is_measured = True

    def utc(self, *, elapsed: Millis) -> Millis:
        """The time."""
        return Millis(elapsed + self._ahead)

    def witness(self, stamp: Millis, *, now: Millis, elapsed: Millis) -> None:
        """A venue has just said, by this stamp, what time it is."""
        if self.is_measured:
            return
        steady = elapsed + self._ahead
        if abs(now - steady) <= JUMP:
            self._votes = 0
        elif abs(stamp - now) <= min(NEAR, abs(stamp - steady)):
            self._votes += 1
            if self._votes >= CERTAIN:
                self._ahead = now - elapsed
                self._votes = 0
        else:
            self._votes = 0
