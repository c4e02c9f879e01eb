"""Time, as the runtime sees it: integer milliseconds from an injected clock.

`now` is the wall (UTC, what goes into records), `elapsed` is monotonic (what timers and deadlines
use). `VirtualClock` stands still while actors work and jumps when nothing is left to do; given to
`trio.run(..., clock=clock)` it moves `trio.sleep` and trio's deadlines as well.
"""

from __future__ import annotations

import math
import time
from typing import Any, NewType, Protocol

import trio

Millis = NewType("Millis", int)

FAR = 999_999_999.0  # s; trio asks how long to sleep, and only a jump may end the sleep


class Clock(Protocol):
    """Where a System reads time."""

    def now(self) -> Millis:
        """Wall time, ms since 1970-01-01 UTC."""
        ...

    def elapsed(self) -> Millis:
        """Monotonic time, ms since an arbitrary moment."""
        ...


class LiveClock:
    """The host's clocks: the wall for `now`, trio's monotonic clock for `elapsed`."""

    def now(self) -> Millis:
        return Millis(time.time_ns() // 1_000_000)

    def elapsed(self) -> Millis:
        return Millis(int(trio.current_time() * 1000))


class VirtualClock(trio.abc.Clock):
    """Time that moves only when it is told to.

    start: what `now` says first, ms. Systems that share the clock in one trio run move it
    together: it jumps to the earliest timer of all of them, when all are quiescent.
    """

    def __init__(self, start: Millis = Millis(0)) -> None:
        self.start = start
        self.time = start  # ms; read directly on the hot path
        self.members: list[Any] = []  # run-queues of the Systems that it moves
        self._seconds = 0.0  # what trio was told last
        self._noticed = math.inf  # the trio deadline for which sleepers were woken last
        self._due = (start, 0.0)  # the ms at which trio's next deadline passes, and that in s

    def now(self) -> Millis:
        return self.time

    def elapsed(self) -> Millis:
        return self.time

    def advance_to(self, moment: float) -> None:
        """Jump forward; a moment in the past changes nothing."""
        if moment > self.time:
            self.time = Millis(int(moment))

    def moment_of(self, seconds: float) -> Millis:
        """The ms at which a trio deadline `seconds` from now passes; its rounding is forgiven."""
        deadline = self.current_time() + seconds
        moment = Millis(self.start + math.ceil(deadline * 1000 - 0.001))
        self._due = (moment, deadline + 2 * math.ulp(deadline))
        return moment

    # -- trio.abc.Clock, in seconds since the start

    def start_clock(self) -> None:
        """Nothing to start: the first moment is given."""

    def current_time(self) -> float:
        moment, seconds = self._due
        now = (self.time - self.start) / 1000
        if self.time >= moment:
            now = max(now, seconds)  # 0.1 s after 0.2 s is a little more than 0.3 s
        self._seconds = max(self._seconds, now)
        return self._seconds

    def deadline_to_sleep_time(self, deadline: float) -> float:
        if deadline <= self.current_time():
            return 0.0
        return 0.0 if self._told_of(deadline) else FAR

    def _told_of(self, deadline: float) -> bool:
        """Wake those that sleep because nothing was left to wait for; once for each deadline.

        Trio asks this before it waits, so this is where a deadline is seen that came up while
        every leader slept: after real work of a task, such as a thread.
        """
        if deadline in {math.inf, self._noticed}:
            return False
        sleepers = [member for member in self.members if member.is_sleeping]
        for member in sleepers:
            member.wake()
        if sleepers:
            self._noticed = deadline
        return bool(sleepers)
