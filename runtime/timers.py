"""Timers: one heap of what is due when, on the monotonic clock.

Entries that are due at the same ms fire in the order in which they were set. A cancelled entry
stays in the heap until its time, or until the dead ones are the majority; so does the deadline of
an ask that has its answer.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from typing import Any

from .pending import PendingAsk

SWEEP_AT = 1024  # entries; below, dead ones cost less than looking for them

Entry = tuple[float, int, Callable[[Any], None], Any]


class Timer:
    """One timer, to be cancelled by whoever set it."""

    __slots__ = ("_cancel", "message")

    def __init__(self, message: object) -> None:
        self.message: Any = message
        self._cancel: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Let it not fire; harmless where it has."""
        self.message = None
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled before it fired."""
        return self.message is None


class Timers:
    """A heap of (due ms, order set, function, argument)."""

    def __init__(self) -> None:
        self.heap: list[Entry] = []
        self._order = itertools.count()
        self._dead = 0

    @property
    def next_due(self) -> float:
        """Ms of the earliest entry that still waits; infinity where there is none."""
        heap = self.heap
        while heap and is_dead(heap[0][3]):  # an answered ask must not move virtual time
            heapq.heappop(heap)
        return heap[0][0] if heap else math.inf

    def set(self, due: float, function: Callable[[Any], None], argument: object) -> None:
        """Call `function(argument)` once the clock is at `due`, ms."""
        heapq.heappush(self.heap, (due, next(self._order), function, argument))

    def set_timer(self, due: float, function: Callable[[Any], None], timer: Timer) -> None:
        """The same for a timer that may be cancelled."""
        timer._cancel = self.note_dead  # noqa: SLF001 - the two are one noun
        self.set(due, function, timer)

    def fire_due(self, now: float) -> None:
        """Fire, in order, all that is due at `now`."""
        heap = self.heap
        while heap and heap[0][0] <= now:
            _, _, function, argument = heapq.heappop(heap)
            function(argument)

    def note_dead(self) -> None:
        """An entry no longer waits for its time: a timer was cancelled, or an ask answered."""
        self._dead += 1
        if self._dead > SWEEP_AT and self._dead * 2 > len(self.heap):
            self.heap[:] = [entry for entry in self.heap if not is_dead(entry[3])]
            heapq.heapify(self.heap)
            self._dead = 0


def is_dead(argument: Any) -> bool:
    """Whether an entry's argument no longer waits for its time."""
    if isinstance(argument, Timer):
        return argument.is_cancelled
    if isinstance(argument, tuple):  # the deadline of an ask
        return isinstance(argument[0], PendingAsk) and argument[0].done
    return False
