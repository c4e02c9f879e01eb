"""Prices that somebody waits for: "tell me once when the price is at or above this level".

What is armed lies in two heaps, so a tick that crosses nothing looks at two levels, however many
are armed. A level fires at most once (G5): what has fired is not armed any more. A tick fires only
if it is a price and is of now: whoever passes it says when it was true and what time it is, and
what is no number above 0, is older than `max_age` or lies in the future fires nothing.

Ticks are facts: one that went up and back before anybody looked must still be passed. Who hears
only every so often passes the extremes of what he missed, in their order.
"""

from __future__ import annotations

from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Final, Literal, NewType

import attrs

from ...runtime import Millis, Refusal
from ..market.money import ZERO
from .freshness import FUTURE

MAX_AGE: Final = 5_000  # ms
_SPARE: Final = 64  # entries of a heap that are gone and kept nevertheless

ThresholdId = NewType("ThresholdId", int)
Direction = Literal["above", "below"]
"""Of "above": fires at a price at the level or higher; of "below": at it or lower."""


class BadLevel(Refusal):
    """A level is no price."""

    def __init__(self, level: Decimal) -> None:
        super().__init__(f"threshold at {level}: give a finite price above 0")
        self.level = level


@attrs.frozen
class TickCounts:
    """The ticks that have come."""

    taken: int
    bad: int  # no number above 0
    stale: int  # older than allowed
    future: int  # of a time that is yet to come


_Entry = tuple[Decimal, int, Millis]  # level (of "below": below 0), id, since when it is armed


class Thresholds:
    """The armed levels of one price. max_age: how old a tick may be and still fire, ms."""

    def __init__(self, *, max_age: int = MAX_AGE) -> None:
        self._max_age = max_age
        self._above: list[_Entry] = []
        self._below: list[_Entry] = []
        self._armed: dict[int, Direction] = {}
        self._gone = 0  # entries of the heaps that are armed no more
        self._number = 0
        self._price: Decimal | None = None  # of the newest tick that was taken
        self._at = Millis(0)
        self._taken = self._bad = self._stale = self._future = 0

    def __len__(self) -> int:
        return len(self._armed)

    @property
    def counts(self) -> TickCounts:
        """The ticks that have come."""
        return TickCounts(self._taken, self._bad, self._stale, self._future)

    def arm(self, level: Decimal, direction: Direction, *, at: Millis) -> ThresholdId:
        """Wait for a tick of `at` or later. Ids are never used again. Raises BadLevel.

        A price that has been there before fires nothing; ask `is_met` first where it should.
        """
        if not level.is_finite() or level <= 0:
            raise BadLevel(level)
        self._number += 1
        if direction == "above":
            heappush(self._above, (level, self._number, at))
        else:
            heappush(self._below, (level.copy_negate(), self._number, at))
        self._armed[self._number] = direction
        return ThresholdId(self._number)

    def disarm(self, threshold: ThresholdId) -> bool:
        """Wait no more. False: it has fired, or was disarmed before."""
        if self._armed.pop(threshold, None) is None:
            return False
        self._gone += 1
        if self._gone > len(self._armed) + _SPARE:
            self._sweep()
        return True

    def is_met(self, level: Decimal, direction: Direction, *, now: Millis) -> bool:
        """Whether the last price, if it is still of now, is at the level or past it."""
        price = self._price
        if price is None or now - self._at > self._max_age:
            return False
        return price >= level if direction == "above" else price <= level

    def cross(self, price: Decimal, *, at: Millis, now: Millis) -> tuple[ThresholdId, ...]:
        """What fires at a tick, in the order in which the price came by; it is armed no more.

        at: when the price was true, by the clock that `now` is of. The price is taken to have come
        straight from the last one: what it met there already fires first, then by distance, and
        what lies equally far as it was armed.
        """
        if not self._is_usable(price, at, now):
            return ()
        before, last = self._price, self._at
        if at >= last:
            self._price, self._at = price, at
        above, below = self._above, self._below
        fired: tuple[_Entry, ...] = ()
        if above and price >= above[0][0]:
            fired = self._reached(above, price, at)
        if below and (low := price.copy_negate()) >= below[0][0]:
            fired += self._reached(below, low, at)
        if not fired:
            return ()
        return tuple(ThresholdId(entry[1]) for entry in _in_order(fired, before))

    def _is_usable(self, price: Decimal, at: Millis, now: Millis) -> bool:
        if not price.is_finite() or price <= 0:
            self._bad += 1
        elif now - at > self._max_age:
            self._stale += 1
        elif at - now > FUTURE:
            self._future += 1
        else:
            self._taken += 1
            return True
        return False

    def _reached(self, heap: list[_Entry], price: Decimal, at: Millis) -> tuple[_Entry, ...]:
        """Take from a heap what fires at this price."""
        fired: list[_Entry] = []
        later: list[_Entry] = []  # armed after this tick was true
        while heap and price >= heap[0][0]:
            entry = heappop(heap)
            if entry[1] not in self._armed:
                self._gone -= 1
            elif entry[2] > at:
                later.append(entry)
            else:
                del self._armed[entry[1]]
                fired.append(entry)
        for entry in later:
            heappush(heap, entry)
        return tuple(fired)

    def _sweep(self) -> None:
        for heap in (self._above, self._below):
            heap[:] = [entry for entry in heap if entry[1] in self._armed]
            heapify(heap)
        self._gone = 0


def _in_order(fired: tuple[_Entry, ...], before: Decimal | None) -> list[_Entry]:
    """As a price meets them on its straight way from `before`."""

    def way(entry: _Entry) -> tuple[bool, Decimal, int]:
        level, number, _ = (
            entry  # of "below" the level is mirrored at 0, as is the start of the way
        )
        ahead = before is not None and level > before.copy_sign(level)
        return ahead, level if ahead else ZERO, number

    # What lies ahead is of one direction alone, so mirrored levels are not compared with others.
    return sorted(fired, key=way)
