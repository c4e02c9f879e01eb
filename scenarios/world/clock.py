"""The clock of a world: virtual time for everybody, and what can happen to the clock of a host.

The exchange goes by its own agenda. What bots see is this clock, whose wall may be set otherwise
(L5), and which a host that slept or stood still finds further on than it left it (K11).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Final
from zoneinfo import available_timezones

from ...runtime import Millis, VirtualClock
from ..venue.wire.driver import Driver
from .amounts import check_between, check_one_of
from .armed import FaultList
from .places import caller

LONGEST: Final = 3 * 86_400.0  # s that hosts sleep or stand still: the exchange goes on meanwhile
FURTHEST: Final = 10 * 365 * 86_400.0  # s that a wall is set


class HostClock(VirtualClock):
    """Virtual time with a wall that may be wrong. skew: ms by which it is ahead.

    ppm: how much too fast it runs, in millionths; timers do not notice so little.
    """

    def __init__(self, start: Millis) -> None:
        super().__init__(start)
        self.skew = 0
        self._ppm = 0
        self._drifts_from = start

    def now(self) -> Millis:
        if self._ppm:
            return Millis(self.time + self.skew + self._drifted())
        return Millis(self.time + self.skew)

    def drift(self, ppm: int) -> None:
        """Run so much too fast from now on; what it is ahead by then it stays ahead."""
        self.skew += self._drifted()
        self._ppm, self._drifts_from = ppm, Millis(self.time)

    def _drifted(self) -> int:
        return (self.time - self._drifts_from) * self._ppm // 1_000_000


class WorldClock:
    """What a script says of time; s unless another unit is named."""

    def __init__(
        self, host: HostClock, faults: FaultList, drivers: Callable[[], Sequence[Driver]]
    ) -> None:
        self._host = host
        self._faults = faults
        self._drivers = drivers
        self._began = self._woke = host.time
        self._zone: str | None = None  # that was there before; None: it is there

    @property
    def elapsed(self) -> float:
        """How many s the run has lasted, as timers count them."""
        return (self._host.time - self._began) / 1_000

    @property
    def awake_for(self) -> Millis:
        """For how many ms the processes have run since they stood still last, or from the start."""
        return Millis(self._host.time - self._woke)

    @property
    def now(self) -> Millis:
        """What the hosts take it to be, ms since 1970."""
        return self._host.now()

    def step(self, seconds: float) -> None:
        """Set the wall of every host forward, or back where negative; timers notice nothing."""
        check_between(-FURTHEST, FURTHEST, seconds=seconds)
        if self._faults.arm("L5", f"clock steps {seconds:g} s", caller()):
            self._host.skew += round(seconds * 1_000)
            self._fire("L5", f"the hosts' clocks step by {seconds:g} s")

    def drift(self, ppm: int) -> None:
        """Let every host's clock run too fast by so many millionths, or too slow where negative.

        Until all faults end; what it is off by then stays (L4).
        """
        if self._faults.arm("L4", f"clock drifts {ppm} ppm", caller()):
            self._host.drift(ppm)
            self._fire("L4", f"the hosts' clocks drift by {ppm} ppm")

    def move_zone(self, zone: str) -> None:
        """Let this process, and with it every host, go by another zone until all faults end (L6).

        zone: as in the variable TZ, such as "America/New_York".
        """
        if not any(map(str.isdigit, zone)):  # else it says itself how far from UTC it is
            check_one_of("zone", zone, available_timezones())
        if self._faults.arm("L6", f"zone {zone}", caller()):
            self._zone = os.environ.get("TZ", "") if self._zone is None else self._zone
            _go_by(zone)
            self._fire("L6", f"the hosts go by the time of {zone}")

    def calm(self) -> None:
        """Nobody drifts any more, and the zone is what it was."""
        self._host.drift(0)
        if self._zone is not None:
            _go_by(self._zone)
            self._zone = None

    def suspend(self, seconds: float) -> None:
        """Let every host sleep: the exchange goes on, timers stand still, the wall is right."""
        check_between(0, LONGEST, seconds=seconds)
        if self._faults.arm("L5", f"suspend {seconds:g} s", caller()):
            duration = round(seconds * 1_000)
            for driver in self._drivers():
                driver.skip(duration)
            self._host.skew += duration
            self._fire("L5", f"the hosts slept for {seconds:g} s")

    def stall(self, seconds: float) -> None:
        """Let every process stand still, as by SIGSTOP: all timers are late afterwards."""
        check_between(0, LONGEST, seconds=seconds)
        if self._faults.arm("K11", f"stall {seconds:g} s", caller()):
            self._host.advance_to(self._host.time + round(seconds * 1_000))
            self._woke = self._host.time
            for driver in self._drivers():
                driver.run_out()
            self._fire("K11", f"the processes stood still for {seconds:g} s")

    def _fire(self, fault: str, words: str) -> None:
        self._faults.fire(Millis(self._host.time), fault, words)


def _go_by(zone: str) -> None:
    if zone:
        os.environ["TZ"] = zone
    else:
        os.environ.pop("TZ", None)
    time.tzset()
