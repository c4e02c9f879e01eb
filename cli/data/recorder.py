"""The recorder: hears what a connector reports of markets, and keeps it until it is taken.

It writes nothing itself, so that a slow disk is no matter of its mailbox. What is not taken in time
is bounded: the oldest goes, and is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, TypeAlias

import attrs
import msgspec

from ...actors.exchange.archive.depth import Depth
from ...actors.exchange.messages import (
    BookReported,
    CandleReported,
    LineChanged,
    StreamChanged,
    TickerReported,
    Topic,
    TradesReported,
    Watch,
)
from ...actors.market.book import Book
from ...actors.market.candle import Candle
from ...actors.market.ticker import Ticker
from ...actors.market.trade import Trade
from ...runtime import Actor, Ask, on

Key: TypeAlias = tuple[Topic, str, str]  # topic, symbol, frame
Row: TypeAlias = Candle | Trade | Depth | Ticker
BOUND: Final = 200_000  # rows: of some minutes, where a market is lively


@attrs.frozen
class Heard:
    """What came since it was last taken."""

    rows: tuple[tuple[Key, Row], ...]  # as they came
    broken: frozenset[Key]  # streams of which something may be missing
    lost: int  # rows that nobody took in time


class TakeHeard(msgspec.Struct, Ask[Heard], frozen=True, gc=False):
    """Hand out what was heard, and keep it no more."""


class Recorder(Actor):
    """Answers `TakeHeard`.

    line: the path of the connector. depth: levels of a book, each side. bound: rows that wait to
    be taken.
    """

    def __init__(
        self, line: str, watches: Sequence[Watch], *, depth: int, bound: int = BOUND
    ) -> None:
        self._path = line
        self._watches = tuple(watches)
        self._depth = depth
        self._bound = bound
        self._rows: deque[tuple[Key, Row]] = deque()
        self._broken: set[Key] = set()
        self._lost = 0
        self._live: set[Key] = set()  # that have been live
        self._newest: dict[Key, int] = {}  # of books and tickers: what was kept last

    def on_start(self) -> None:
        line = self.lookup(self._path)
        for event in EVENTS:
            self.subscribe(line, event)
        for watch in self._watches:
            line.tell(watch)

    @on(TakeHeard)
    def take(self, _: TakeHeard) -> Heard:
        heard = Heard(tuple(self._rows), frozenset(self._broken), self._lost)
        self._rows.clear()
        self._broken.clear()
        self._lost = 0
        return heard

    @on(CandleReported)
    def candle(self, message: CandleReported) -> None:
        self._keep(("candles", message.symbol, message.frame), message.candle)

    @on(TradesReported)
    def trades(self, message: TradesReported) -> None:
        for trade in message.trades:
            self._keep(("trades", message.symbol, ""), trade)

    @on(TickerReported)
    def ticker(self, message: TickerReported) -> None:
        key: Key = ("ticker", message.ticker.symbol, "")
        if self._is_newer(key, message.ticker.at):
            self._keep(key, message.ticker)

    @on(BookReported)
    def book(self, message: BookReported) -> None:
        shown = snapshot_of(message.book, self._depth)
        key: Key = ("book", shown.symbol, "")
        if self._is_newer(key, shown.last_id):
            self._keep(key, shown)

    @on(StreamChanged)
    def stream(self, message: StreamChanged) -> None:
        key: Key = (message.topic, message.symbol, message.frame)
        if message.state == "down" or key in self._live:
            self._broken.add(key)
        if message.state == "live":
            self._live.add(key)

    @on(LineChanged)
    def line(self, message: LineChanged) -> None:
        if message.line.state == "up":  # a connector that was restarted watches nothing
            for watch in self._watches:
                self.lookup(self._path).tell(watch)

    def _is_newer(self, key: Key, number: int) -> bool:
        """Whether it comes after what was kept last: venues repeat what has not changed."""
        if number <= self._newest.get(key, -1):
            return False
        self._newest[key] = number
        return True

    def _keep(self, key: Key, row: Row) -> None:
        self._rows.append((key, row))
        if len(self._rows) > self._bound:
            self._rows.popleft()
            self._lost += 1


EVENTS: Final = (
    CandleReported,
    TradesReported,
    TickerReported,
    BookReported,
    StreamChanged,
    LineChanged,
)


def snapshot_of(book: Book, depth: int) -> Depth:
    """The best levels of a book as the store keeps them, known by its number, or else its time."""
    number = book.at if book.sequence is None else book.sequence
    return Depth(
        book.symbol,
        is_snapshot=True,
        first_id=number,
        last_id=number,
        previous_id=None,
        bids=book.bids[:depth],
        asks=book.asks[:depth],
        at=book.at,
    )
