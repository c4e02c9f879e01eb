"""Stops that wait for a price: which are due when the market prints one.

It watches one price of one market (the last, or the mark). What becomes of an order that is due
is not its business.

A stop rises or falls: a stop-loss buy and a take-profit sell are due at or above their stop price,
the others at or below. A trailing stop first waits for its activation price, if it has one; then it
remembers the best price since (the highest for a sell, the lowest for a buy), and is due when the
market has come back by its distance. Its `stop_price` tells where that is.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from .values import Order

BIPS: Final = 10_000  # in 1
ANY: Final = 10**29  # at or below it lies every price
_STOPS: Final = frozenset(("stop_loss", "stop_limit"))
_SWEPT: Final = 64  # ended stops that a heap may carry

_Wait: TypeAlias = tuple[int, int, Order]  # key, arrival (no two are the same), order


def rises(order: Order) -> bool:
    """Whether an order waits for a price at or above its stop price, or its activation."""
    request = order.request
    if request.kind == "trailing_stop":
        return request.side == "sell"
    return (request.kind in _STOPS) is (request.side == "buy")


def activation(order: Order) -> int | None:
    """Where a trailing stop begins to look at prices; None: at once."""
    request = order.request
    return request.activation_price if request.kind == "trailing_stop" else request.stop_price


class Triggers:
    """The stops of one market that watch one price."""

    __slots__ = ("_arrivals", "_falling", "_ids", "_rising", "_trailing", "_waiting", "count")

    def __init__(self) -> None:
        self.count = 0  # of the stops that wait
        self._ids: set[int] = set()
        self._rising: list[_Wait] = []  # heaps
        self._falling: list[_Wait] = []
        self._trailing: dict[int, tuple[Order, int]] = {}  # by order id: and its best price
        self._waiting: dict[int, Order] = {}  # trailing ones that are not active yet
        self._arrivals = 0

    def add(self, order: Order, price: int | None) -> None:
        """Let a stop wait. price: what the market is at, where that is known."""
        self.count += 1
        self._ids.add(order.id)
        if order.request.trailing_bips is None:
            self._arrivals += 1
            key = order.stop_price
            if rises(order):
                heappush(self._rising, (key, self._arrivals, order))
            else:
                heappush(self._falling, (-key, self._arrivals, order))
        elif activation(order) is None:
            self._trailing[order.id] = (order, 0)
            if price is not None:
                self._follow(order, 0, price)
        else:
            self._waiting[order.id] = order

    def remove(self, order: Order) -> None:
        """A stop has ended; harmless where it does not wait here."""
        if order.id not in self._ids:
            return
        self.count -= 1
        self._ids.remove(order.id)
        self._trailing.pop(order.id, None)
        self._waiting.pop(order.id, None)
        self._rising = self._swept(self._rising)
        self._falling = self._swept(self._falling)

    def see(self, price: int) -> list[Order]:
        """Take off all that are due at this price, in the order in which they are."""
        due: list[Order] = []
        for heap, key in ((self._rising, price), (self._falling, -price)):
            while heap and heap[0][0] <= key:
                order = heappop(heap)[2]
                if order.id in self._ids:
                    due.append(order)
        if self._trailing or self._waiting:
            due += self._trail(price)
        self.count -= len(due)
        self._ids.difference_update(order.id for order in due)
        return due

    def next_rising(self) -> int | None:
        """The lowest price above which a stop is due; trailing ones are not counted."""
        heap = self._rising
        while heap and heap[0][2].id not in self._ids:
            heappop(heap)
        return heap[0][0] if heap else None

    def next_falling(self) -> int | None:
        """The highest price below which a stop is due; active trailing sells are counted."""
        heap = self._falling
        while heap and heap[0][2].id not in self._ids:
            heappop(heap)
        return -heap[0][0] if heap else None

    def trailing_stops(self) -> list[int]:
        """Where the active trailing stops are due, in no order."""
        return [order.stop_price for order, best in self._trailing.values() if best]

    def watched(self) -> tuple[list[int], list[int]]:
        """Prices at or below, and at or above, which a trailing stop has something to do."""
        falling: list[int] = []
        rising: list[int] = []
        for order, best in self._trailing.values():
            if not best:
                falling.append(ANY)
            elif order.request.side == "sell":
                falling.append(order.stop_price)
                rising.append(best + 1)
            else:
                rising.append(order.stop_price)
                falling.append(best - 1)
        for order in self._waiting.values():
            start = activation(order)
            (rising if rises(order) else falling).append(ANY if start is None else start)
        return falling, rising

    def _swept(self, heap: list[_Wait]) -> list[_Wait]:
        """A heap without those that have ended, once they are most of it."""
        if len(heap) <= _SWEPT + 2 * self.count:
            return heap
        living = [each for each in heap if each[2].id in self._ids]
        heapify(living)
        return living

    def _trail(self, price: int) -> list[Order]:
        for order in list(self._waiting.values()):
            start = activation(order)
            if start is None or (price >= start if rises(order) else price <= start):
                del self._waiting[order.id]
                self._trailing[order.id] = (order, 0)
        due = [order for order, best in self._trailing.values() if self._follow(order, best, price)]
        for order in due:
            del self._trailing[order.id]
        return due

    def _follow(self, order: Order, best: int, price: int) -> bool:
        """Whether an active trailing stop is due; it remembers a better price."""
        bips = order.request.trailing_bips or 0
        if order.request.side == "sell":
            if price > best:
                self._trailing[order.id] = (order, price)
                order.stop_price = price * (BIPS - bips) // BIPS
                return False
            return price <= order.stop_price
        if best == 0 or price < best:
            self._trailing[order.id] = (order, price)
            order.stop_price = -(-price * (BIPS + bips) // BIPS)
            return False
        return price >= order.stop_price
