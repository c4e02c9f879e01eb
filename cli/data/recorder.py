"""The recorder: hears what the feeds of markets tell, and keeps it until it is taken.

What came twice, out of order or not at all is the matter of the feeds; what they could not get any
more is kept as `Missed`. It writes nothing itself, so that a slow disk is no matter of its mailbox.
What is not taken in time is bounded: the oldest goes, and is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
import msgspec

from ...actors.exchange.archive.depth import Depth
from ...actors.exchange.messages import Topic
from ...actors.feeds import (
    BookChanged,
    CandleEnded,
    FeedCaughtUp,
    FeedStarted,
    GapFound,
    GetBook,
    GetCandles,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)
from ...actors.market.book import Book
from ...actors.market.candle import Candle
from ...actors.market.ticker import Ticker
from ...actors.market.timeframe import TimeFrame
from ...actors.market.trade import Trade
from ...runtime import Actor, Ask, Millis, Outcome, Tell, on

Key: TypeAlias = tuple[Topic, str, str]  # topic, symbol, frame
Row: TypeAlias = Candle | Trade | Depth | Ticker
BOUND: Final = 200_000  # rows: of some minutes, where a market is lively
PAST: Final = 1_000  # candles that a feed remembers
BEAT: Final = Millis(1_000)  # between two looks at a book, whose best levels may stand still
EVENTS: Final[Mapping[Topic, tuple[type, ...]]] = MappingProxyType(
    {
        "candles": (CandleEnded, FeedCaughtUp, GapFound),
        "trades": (TradesHeard, TradesMissed),
        "book": (BookChanged,),
        "ticker": (TickerChanged,),
    }
)


@attrs.frozen
class Missed:
    """What cannot be had any more of one series."""

    after: Millis  # of the last record before
    until: Millis  # of the first one after
    reason: str
    times: int = 1  # stretches from the one to the other


@attrs.frozen
class Heard:
    """What came since it was last taken."""

    rows: tuple[tuple[Key, Row], ...]  # as they came
    missed: Mapping[Key, Missed]
    lost: int  # rows that nobody took in time


class TakeHeard(msgspec.Struct, Ask[Heard], frozen=True, gc=False):
    """Hand out what was heard, and keep it no more."""


class _Beat(msgspec.Struct, Tell, frozen=True):
    """A second has passed."""


class Recorder(Actor):
    """Answers `TakeHeard`.

    feeds: the path of each market's. topics: what is kept of them. since: when that began, by the
    venue's clock; trades and candles of before are not kept. depth: levels of a book, each side.
    bound: rows that wait to be taken.
    """

    def __init__(
        self,
        feeds: Mapping[str, str],
        topics: Sequence[Topic],
        *,
        since: Millis,
        depth: int,
        bound: int = BOUND,
    ) -> None:
        self._feeds = dict(feeds)
        self._topics = tuple(topics)
        self._since = since
        self._depth = depth
        self._bound = bound
        self._rows: deque[tuple[Key, Row]] = deque()
        self._missed: dict[Key, Missed] = {}
        self._lost = 0
        self._newest: dict[Key, int] = {}  # but for candles: what was kept last
        self._asked: set[Key] = set()  # books that are asked for, candles that were

    def on_start(self) -> None:
        for path in self._feeds.values():
            feed = self.lookup(path)
            self.subscribe(feed, FeedStarted)
            for topic in self._topics:
                for event in EVENTS[topic]:
                    self.subscribe(feed, event)
        self.after(BEAT, _Beat())

    @on(TakeHeard)
    def take(self, _: TakeHeard) -> Heard:
        heard = Heard(tuple(self._rows), self._missed, self._lost)
        self._rows.clear()
        self._missed = {}
        self._lost = 0
        return heard

    @on(FeedStarted)
    def started(self, message: FeedStarted) -> None:
        """A feed begins anew: it tells nothing of what was before."""
        self._asked = {key for key in self._asked if key[1] != message.symbol}
        key: Key = ("trades", message.symbol, "")
        last = self._newest.get(key)
        if last is not None:
            self._miss(key, Missed(Millis(last), self.now, "the feed has begun anew"))

    # -- candles

    @on(CandleEnded)
    def candle(self, message: CandleEnded) -> None:
        self._keep(("candles", message.symbol, message.frame), message.candle)

    @on(GapFound)
    def gap(self, message: GapFound) -> None:
        missed = Missed(message.after, message.until, "the venue has no candles of then")
        self._miss(("candles", message.symbol, message.frame), missed)

    @on(FeedCaughtUp)
    def caught_up(self, message: FeedCaughtUp) -> None:
        """What has closed before a feed knew its past is in that past, and is not told."""
        self._ask(("candles", message.symbol, message.frame), GetCandles(PAST, message.frame))

    # -- trades and tickers

    @on(TradesHeard)
    def trades(self, message: TradesHeard) -> None:
        key: Key = ("trades", message.symbol, "")
        for trade in message.trades:
            if trade.at >= self._since:
                self._newest[key] = trade.at
                self._keep(key, trade)

    @on(TradesMissed)
    def trades_missed(self, message: TradesMissed) -> None:
        if message.until >= self._since:
            missed = Missed(message.after, message.until, message.reason)
            self._miss(("trades", message.symbol, ""), missed)

    @on(TickerChanged)
    def ticker(self, message: TickerChanged) -> None:
        key: Key = ("ticker", message.ticker.symbol, "")
        if self._is_newer(key, message.ticker.at):
            self._keep(key, message.ticker)

    # -- books

    @on(BookChanged)
    def book(self, message: BookChanged) -> None:
        if message.status == "valid":
            self._ask(("book", message.symbol, ""), GetBook(self._depth))

    @on(_Beat)
    def beat(self, _: _Beat) -> None:
        self.after(BEAT, _Beat())
        if "book" in self._topics:
            for symbol in self._feeds:
                self._ask(("book", symbol, ""), GetBook(self._depth))

    # -- what was asked of a feed

    def _ask(self, key: Key, question: GetBook | GetCandles) -> None:
        """Ask, unless that is done: a book is asked for anew once it has come."""
        if key in self._asked:
            return
        self._asked.add(key)
        outcome = self.request(self.lookup(self._feeds[key[1]]), question, key)
        if outcome is not None:
            self.answered(outcome)

    @on(Outcome)
    def answered(self, outcome: Outcome) -> None:
        key: Key = outcome.token
        is_book = key[0] == "book"
        if is_book or outcome.error is not None:
            self._asked.discard(key)
        if outcome.error is not None:
            return  # a feed that crashed; it is asked again
        if not is_book:
            self._take_past(key, outcome.value.tolist())
        elif outcome.value.book is not None:
            shown = snapshot_of(outcome.value.book, self._depth)
            if self._is_newer(key, shown.last_id):
                self._keep(key, shown)

    def _take_past(self, key: Key, past: Sequence[Sequence[float]]) -> None:
        frame = TimeFrame.parse(key[2])
        for at, *numbers in past:
            if frame.close_of(Millis(int(at))) > self._since:
                self._keep(key, Candle(Millis(int(at)), *numbers))

    # -- inside

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

    def _miss(self, key: Key, missed: Missed) -> None:
        self._missed[key] = both(self._missed.get(key), missed)


def both(one: Missed | None, later: Missed) -> Missed:
    """What was missed of a series in all, known by the first reason."""
    if one is None:
        return later
    return Missed(one.after, later.until, one.reason, one.times + later.times)


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
