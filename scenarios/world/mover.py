"""What moves time while no bot runs: a System without actors.

Two that move it take twice as long, so it rests while a bot does.
"""

from __future__ import annotations

import trio

from ...runtime import Supervisor, System
from .clock import HostClock


class Mover:
    """Runs as long as nobody else moves time."""

    def __init__(self, clock: HostClock, nursery: trio.Nursery) -> None:
        self._clock = clock
        self._nursery = nursery
        self._system: System | None = None
        self._is_starting = False

    async def move(self) -> None:
        """Move time from now on, where nobody else does."""
        if not self._clock.members and not self._is_starting:
            self._is_starting = True
            system = System(Supervisor("time", []), clock=self._clock, seed=0)
            await self._nursery.start(system.run)
            self._system, self._is_starting = system, False

    async def rest(self) -> None:
        """Somebody else moves time."""
        system, self._system = self._system, None
        if system is not None:
            await system.stop()
