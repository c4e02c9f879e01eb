"""The last trades of a market, one by one and put together by taker order."""

from __future__ import annotations

from bisect import bisect_left
from typing import Generic, Protocol, TypeVar

from ....actors.matching.values import Traded
from ....runtime import Millis
from .records import AggTrade


class Dated(Protocol):
    """A value with a time."""

    @property
    def at(self) -> Millis: ...


T = TypeVar("T", bound=Dated)


class Recent(Generic[T]):
    """The newest values of a row whose ids ascend without holes.

    keep: how many are remembered at least.
    """

    def __init__(self, keep: int) -> None:
        self.first_id = 0
        self._keep = keep
        self._rows: list[T] = []

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def next_id(self) -> int:
        """What the next one's id is, where ids begin with 0."""
        return self.first_id + len(self._rows)

    def add(self, value: T, number: int) -> None:
        """The next one; `number` is its id."""
        rows = self._rows
        if not rows:
            self.first_id = number
        rows.append(value)
        if len(rows) > 2 * self._keep:
            self.first_id += len(rows) - self._keep
            del rows[: -self._keep]

    def last(self, limit: int) -> list[T]:
        """The newest ones, oldest first."""
        return self._rows[-limit:] if limit > 0 else []

    def from_id(self, number: int, limit: int) -> list[T]:
        """From this id on, or from the oldest that is remembered."""
        begin = max(number - self.first_id, 0)
        return self._rows[begin : begin + max(limit, 0)]

    def between(self, start: int | None, end: int | None, limit: int) -> list[T]:
        """Those at times from `start` to `end`, both included.

        The first `limit` of them where a start is given, else the last.
        """
        begin = 0 if start is None else bisect_left(self._rows, start, key=_at)
        stop = len(self._rows) if end is None else bisect_left(self._rows, end + 1, key=_at)
        if start is None:
            begin = max(begin, stop - max(limit, 0))
        return self._rows[begin : min(stop, begin + max(limit, 0))]


def _at(value: Dated) -> int:
    return value.at


class Aggregation:
    """Puts the trades of one taker order at one price together; one batch of events at a time.

    An order is matched in one go, so that a batch's end is the end of its last aggregate too.
    """

    def __init__(self, keep: int) -> None:
        self.done: Recent[AggTrade] = Recent(keep)
        self._next_id = 1
        self._first: Traded | None = None
        self._last: Traded | None = None
        self._amount = 0

    def add(self, trade: Traded) -> AggTrade | None:
        """Take in a trade; gives the aggregate that it ended."""
        first = self._first
        if first is not None and _belongs(first, trade):
            self._amount += trade.amount
            self._last = trade
            return None
        ended = self.finish()
        self._first = self._last = trade
        self._amount = trade.amount
        return ended

    def finish(self) -> AggTrade | None:
        """The batch has ended; gives the last aggregate of it."""
        first, last = self._first, self._last
        if first is None or last is None:
            return None
        self._first = self._last = None
        number = self._next_id
        self._next_id += 1
        aggregate = AggTrade(
            number,
            first.symbol,
            first.price,
            self._amount,
            first.trade_id,
            last.trade_id,
            Millis(last.at),
            first.is_buyer_maker,
        )
        self.done.add(aggregate, number)
        return aggregate


def _belongs(first: Traded, trade: Traded) -> bool:
    if (first.price, first.is_buyer_maker, first.at) != (
        trade.price,
        trade.is_buyer_maker,
        trade.at,
    ):
        return False
    if first.is_buyer_maker:
        return first.seller == trade.seller
    return first.buyer == trade.buyer
