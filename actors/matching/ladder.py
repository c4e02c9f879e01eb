"""One side of a price-time book: levels by price, and in each its orders by age.

It knows who comes first and how much rests where. Who trades with whom, what is paid for it and
who hears of it is not its business.

Prices lie in one sorted list with the best at its end, where most of the coming and going is, and
an order that is cancelled is only counted: it leaves its queue when it gets to the front, or when
a queue is mostly of such orders. All steps are cheap, and none depends on how many orders wait.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import islice
from typing import Final

from ..market.side import Side
from .values import Order

_SWEPT: Final = 32  # orders that have left or ended and that a queue may carry


class Level:
    """The orders at one price, oldest first.

    A list and where it begins: most levels hold one order, and a deque is dear to make.
    """

    __slots__ = ("amount", "dead", "head", "hidden", "queue")

    def __init__(self) -> None:
        self.queue: list[Order] = []
        self.head = 0  # the orders before it have left
        self.amount = 0  # in sight
        self.hidden = 0  # of icebergs, out of sight
        self.dead = 0  # orders of the queue that have ended

    def front(self) -> Order | None:
        """The first order that still waits; None where none does."""
        queue = self.queue
        while self.head < len(queue):
            order = queue[self.head]
            if order.status == "open" or order.status == "partial":  # noqa: PLR1714 - twice as fast
                return order
            self.pop()
            self.dead -= 1
        return None

    def pop(self) -> None:
        """The first order leaves the queue."""
        self.head += 1
        if self.head > _SWEPT and 2 * self.head > len(self.queue):
            del self.queue[: self.head]
            self.head = 0

    def living(self) -> Iterator[Order]:
        """Those that still wait, oldest first."""
        waiting = islice(self.queue, self.head, None)
        return (each for each in waiting if each.status in {"open", "partial"})


class Ladder:
    """All that rests on one side.

    sign: 1 for bids, -1 for asks; a price times its sign is a key, and a greater key is better.
    """

    __slots__ = ("keys", "levels", "side", "sign")

    def __init__(self, side: Side) -> None:
        self.side: Side = side
        self.sign = 1 if side == "buy" else -1
        self.keys: list[int] = []  # ascending: the best is the last
        self.levels: dict[int, Level] = {}  # by key

    def best(self) -> int | None:
        """The best price; None where nothing rests."""
        return self.keys[-1] * self.sign if self.keys else None

    def add(self, order: Order) -> int:
        """Let an order wait at its price, behind all that do; what its level shows now."""
        key = order.price * self.sign
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level()
            insort(self.keys, key)
        level.queue.append(order)
        left = order.amount - order.filled - order.prevented
        visible = order.request.visible
        if visible is None or visible >= left:
            order.shown = left
            level.amount += left
        else:
            order.shown = visible
            level.amount += visible
            level.hidden += left - visible
        return level.amount

    def forget(self, order: Order, left: int) -> int:
        """An order that is about to end with `left` unfilled rests no more; what its level has."""
        key = order.price * self.sign
        level = self.levels[key]
        shown = order.shown
        level.amount -= shown
        if shown != left:
            level.hidden -= left - shown
        level.dead = dead = level.dead + 1
        waiting = len(level.queue) - level.head
        if dead == waiting:
            self.drop(key)
            return 0
        if dead > _SWEPT and 2 * dead > waiting:
            level.queue = [each for each in level.living() if each is not order]
            level.head = level.dead = 0
        return level.amount

    def withdraw(self, order: Order) -> int:
        """Take an order off that goes on to live elsewhere; what its level has now."""
        key = order.price * self.sign
        level = self.levels[key]
        # From `head` on: an iceberg that has come back to the end is before it too.
        del level.queue[level.queue.index(order, level.head)]
        level.amount -= order.shown
        level.hidden -= order.left - order.shown
        if level.dead == len(level.queue) - level.head:
            self.drop(key)
            return 0
        return level.amount

    def drop(self, key: int) -> None:
        """Nobody waits at this price any more."""
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]
        del self.levels[key]

    def depth(self, limit: int) -> list[tuple[int, int]]:
        """Price and amount in sight of the best levels, best first."""
        sign, levels = self.sign, self.levels
        return [(key * sign, levels[key].amount) for key in islice(reversed(self.keys), limit)]

    def descend(self, worst: int) -> Iterator[tuple[int, Level]]:
        """Price and level, from the best on, down to the key `worst`."""
        sign, levels = self.sign, self.levels
        for key in reversed(self.keys):
            if key < worst:
                return
            yield key * sign, levels[key]

    def __iter__(self) -> Iterator[Order]:
        """All that wait, in their priority."""
        for key in reversed(self.keys):
            yield from self.levels[key].living()
