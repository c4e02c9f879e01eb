"""From snapshots and changes to books: what follows is applied, what does not is counted.

A book is valid from a snapshot on, for as long as each change names the one before it and the best
bid lies below the best ask. After that nothing is told until the next snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from heapq import nlargest, nsmallest
from typing import Final

from ...market.book import Book, Level
from .depth import Depth

LEVELS: Final = 100  # of each side


class BookBuilder:
    """One book as the records tell it. levels: how many of each side a `Book` has at most."""

    def __init__(self, levels: int = LEVELS) -> None:
        self._levels = levels
        self._bids: dict[Decimal, Decimal] = {}
        self._asks: dict[Decimal, Decimal] = {}
        self._last: int | None = None  # the newest update in the book; None: it is not valid
        self.skipped = 0  # changes that follow no snapshot, or not the change before them
        self.repeated = 0  # changes that were in the book already
        self.crossed = 0  # states in which a bid was not below an ask

    def apply(self, depth: Depth) -> Book | None:
        """The book after a record; None where it is not valid then, or the record repeats."""
        if depth.is_snapshot:
            self._bids = _levels(depth.bids)
            self._asks = _levels(depth.asks)
        elif self._last is None:
            self.skipped += 1
            return None
        elif depth.last_id <= self._last:
            self.repeated += 1
            return None
        elif not self._follows(depth, self._last):
            self.skipped += 1
            self._last = None
            return None
        else:
            _change(self._bids, depth.bids)
            _change(self._asks, depth.asks)
        self._last = depth.last_id
        return self._book(depth)

    def _follows(self, depth: Depth, last: int) -> bool:
        if depth.previous_id is not None:
            return depth.previous_id == last
        return depth.first_id <= last + 1

    def _book(self, depth: Depth) -> Book | None:
        bids = nlargest(self._levels, self._bids.items())
        asks = nsmallest(self._levels, self._asks.items())
        if bids and asks and bids[0][0] >= asks[0][0]:
            self.crossed += 1
            self._last = None
            return None
        return Book(depth.symbol, _sorted(bids), _sorted(asks), depth.at, depth.last_id)


def books(records: Iterable[Depth], levels: int = LEVELS) -> Iterator[Book]:
    """The valid books, one after each record that leads to one."""
    builder = BookBuilder(levels)
    for record in records:
        book = builder.apply(record)
        if book is not None:
            yield book


def _levels(levels: tuple[Level, ...]) -> dict[Decimal, Decimal]:
    return {level.price: level.amount for level in levels if level.amount}


def _change(side: dict[Decimal, Decimal], levels: tuple[Level, ...]) -> None:
    for level in levels:
        if level.amount:
            side[level.price] = level.amount
        else:
            side.pop(level.price, None)


def _sorted(pairs: list[tuple[Decimal, Decimal]]) -> tuple[Level, ...]:
    return tuple(Level(price, amount) for price, amount in pairs)
