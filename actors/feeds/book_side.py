"""One side of an order book, quick to change and quick to read from the best price on.

A level is found by the text of its price, which venues repeat, so a change of an amount parses no
price and moves nothing. A level that is gone keeps its place until it is the best or until there
are many of its kind: most come back.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, Literal

from ..market.book import Level
from ..market.book_diff import Quote
from ..market.money import EXACT, parse_non_negative, parse_positive, plain

_PLACES: Final = 28  # of any price; `parse_decimal` takes no more
_AMOUNTS: Final = re.compile(r"(?:[0-9]{1,28}+(?:\.[0-9]{1,28}+)?+,)++", re.ASCII)
_SPARE: Final = 512  # levels that are gone and kept nevertheless


class _Slot:
    """One price, whether anything is offered at it or not."""

    __slots__ = ("amount", "level", "listed", "price", "rank", "read", "text")

    def __init__(self, text: str, price: Decimal, rank: int) -> None:
        self.text = text  # of the price
        self.price = price
        self.rank = rank  # the higher, the better
        self.amount = ""  # as it was written; empty: nothing is offered
        self.level: Level | None = None  # as it was read last, of the amount `read`
        self.read = ""
        self.listed = False


class BookSide:
    """The levels of one side. Raises BadValue for what is no price or no amount."""

    def __init__(self, side: Literal["bids", "asks"]) -> None:
        self._name = side
        self._sign: Final = 1 if side == "bids" else -1
        self._slots: dict[str, _Slot] = {}  # by each text of a price that was met
        self._ranked: dict[int, _Slot] = {}
        self._ranks: list[int] = []  # of what is listed, best last
        self._room = _SPARE
        self._edge: int | None = None  # the rank below which nothing is known; None: all is known

    def replace(self, levels: Sequence[Quote], *, limit: int | None) -> None:
        """Forget what was, and take these. limit: as many as were asked for.

        Where all of those came there may be more that were not told, so what lies below the worst
        of them stays unknown and is never shown.
        """
        self._slots, self._ranked, self._ranks = {}, {}, []
        self._room = 2 * len(levels) + _SPARE
        self._edge = None
        self.put(levels)
        if limit is not None and len(levels) >= limit and self._ranks:
            self._edge = self._ranks[0]

    def put(self, levels: Sequence[Quote]) -> None:
        """Set what is offered at each of these prices."""
        # All amounts are looked at in one go; after that, text tells what is 0, and nothing is
        # parsed that nobody reads.
        amounts = ",".join([amount for _, amount in levels]) + ","
        if _AMOUNTS.fullmatch(amounts) is None or amounts.count(",") != len(levels):
            levels = [(price, self._amount(amount)) for price, amount in levels]
        slots = self._slots
        for price, amount in levels:
            try:
                slot = slots[price]
            except KeyError:
                slot = self._meet(price)
            if amount.strip("0."):
                slot.amount = amount
                if not slot.listed:
                    self._list(slot)
            else:
                slot.amount = ""
        if len(slots) > self._room:
            self._sweep()

    @property
    def is_spent(self) -> bool:
        """Whether all levels that were told are gone, and there may be others."""
        return self._edge is not None and self.best() is None

    def best(self) -> int | None:
        """The rank of the best level: its price in steps of 10^-28, of asks below 0."""
        ranks, ranked = self._ranks, self._ranked
        while ranks:
            slot = ranked[ranks[-1]]
            if slot.amount:
                return ranks[-1]
            ranks.pop()
            slot.listed = False
        return None

    def top(self, depth: int) -> tuple[Level, ...]:
        """The best levels, best first."""
        return tuple(_level(slot) for slot in self._best_slots(depth))

    def texts(self, depth: int) -> list[tuple[str, str]]:
        """The best levels, best first, as the venue wrote them."""
        return [(slot.text, slot.amount) for slot in self._best_slots(depth)]

    def cut(self, depth: int) -> None:
        """Forget all but the best levels, as a venue does that tells so many and no more."""
        if len(self._ranks) <= depth:
            return
        self._sweep()
        for rank in self._ranks[:-depth]:
            slot = self._ranked[rank]
            slot.amount, slot.listed = "", False
        del self._ranks[:-depth]

    def __len__(self) -> int:
        return sum(1 for rank in self._ranks if self._ranked[rank].amount)

    def _best_slots(self, depth: int) -> Iterator[_Slot]:
        passed, given = 0, 0
        ranked = self._ranked
        for rank in reversed(self._ranks):
            if given >= depth:
                break
            slot = ranked[rank]
            if slot.amount:
                given += 1
                yield slot
            else:
                passed += 1
        if passed > given + _SPARE // 8:  # so that reading costs what is read
            self._sweep()

    def _amount(self, text: str) -> str:
        """The same amount with no exponent in it. Raises BadValue."""
        return plain(parse_non_negative(text, place=f"{self._name}: amount"))

    def _meet(self, text: str) -> _Slot:
        """The slot of a price that was not written like this before."""
        price = parse_positive(text, place=f"{self._name}: price")
        rank = self._sign * int(EXACT.scaleb(price, _PLACES))
        slot = self._ranked.get(rank)
        if slot is None:
            slot = self._ranked[rank] = _Slot(text, price, rank)
        self._slots[text] = slot
        return slot

    def _list(self, slot: _Slot) -> None:
        if self._edge is not None and slot.rank < self._edge:
            slot.amount = ""
            return
        slot.listed = True
        ranks = self._ranks
        if ranks and slot.rank < ranks[-1]:
            insort(ranks, slot.rank)
        else:
            ranks.append(slot.rank)

    def _sweep(self) -> None:
        """Forget the prices at which nothing is offered."""
        self._slots = {text: slot for text, slot in self._slots.items() if slot.amount}
        self._ranked = {rank: slot for rank, slot in self._ranked.items() if slot.amount}
        self._ranks = sorted(self._ranked)
        self._room = 2 * len(self._slots) + _SPARE


def _level(slot: _Slot) -> Level:
    level = slot.level
    if level is None or slot.read != slot.amount:
        level = slot.level = Level(slot.price, Decimal(slot.amount))
        slot.read = slot.amount
    return level
