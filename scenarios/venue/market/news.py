"""All that can be listened to of one market: at once, or on a beat.

A topic is made when it is first asked for. What nobody listens to is never reckoned.
"""

from __future__ import annotations

from typing import Protocol

from ....actors.matching.values import LevelChanged, Traded
from ....runtime import Millis
from ..agenda import Agenda
from .beats import TICKER_BEAT, DiffBeat, KlineBeat
from .records import (
    AggTrade,
    AveragePrice,
    Bar,
    Book,
    BookTop,
    Diff,
    FundingPoint,
    Kline,
    Liquidation,
    Mark,
    Ticker,
)
from .topics import Beat, SteadyBeat, Stirred, Topic


class Source(Protocol):
    """Where the news come from: the market data of one market."""

    symbol: str
    update_id: int

    def bar(self, interval: str, opened: Millis) -> Bar | None:
        """The candle that began then."""
        ...

    def ticker(self) -> Ticker | None:
        """Of the last day."""
        ...

    def average_price(self) -> AveragePrice | None:
        """Of the last minutes."""
        ...

    def mark(self) -> Mark | None:
        """Of a contract."""
        ...

    def book(self, limit: int) -> Book:
        """Its best levels."""
        ...


class News:
    """The topics of one market.

    Told at once: `trade`, `level` (of the book), `liquidation`, `funding`; `agg_trade` and `top` at
    the end of a batch of events. On beats: what the methods give; `listen` there.
    """

    def __init__(self, source: Source, agenda: Agenda, kline_beat: int) -> None:
        self.trade: Topic[Traded] = Topic()
        self.agg_trade: Topic[AggTrade] = Topic()
        self.level: Topic[LevelChanged] = Topic()
        self.top: Topic[BookTop] = Topic()
        self.liquidation: Topic[Liquidation] = Topic()
        self.funding: Topic[FundingPoint] = Topic()
        self._source = source
        self._agenda = agenda
        self._kline_beat = kline_beat
        self._klines: dict[str, KlineBeat] = {}
        self._diffs: dict[int, DiffBeat] = {}
        self._books: dict[tuple[int, int], Beat[Book]] = {}
        self._tickers: dict[int, Beat[Ticker]] = {}
        self._averages: dict[int, Beat[AveragePrice]] = {}
        self._marks: dict[int, SteadyBeat[Mark]] = {}
        self._on_trade: list[Stirred] = []
        self._on_level: list[Stirred] = []

    def kline(self, interval: str) -> Topic[Kline]:
        """The open candle on each beat after a trade, and each candle once when it ended."""
        beat = self._klines.get(interval)
        if beat is None:
            source = self._source
            beat = KlineBeat(self._agenda, source.symbol, interval, source.bar, self._kline_beat)
            self._klines[interval] = beat
            self._on_trade.append(beat)
        return beat

    def diff(self, period: int = 100) -> Topic[Diff]:
        """The changed levels, every `period` ms in which one did change."""
        beat = self._diffs.get(period)
        if beat is None:
            source = self._source
            beat = DiffBeat(self._agenda, period, source.symbol, lambda: source.update_id)
            self._diffs[period] = beat
        return beat

    def depth(self, levels: int, period: int = 1_000) -> Topic[Book]:
        """The best levels, every `period` ms in which the book changed."""
        beat = self._books.get((levels, period))
        if beat is None:
            beat = Beat(self._agenda, period, lambda: self._source.book(levels))
            self._books[levels, period] = beat
            self._on_level.append(beat)
        return beat

    def ticker(self, period: int = TICKER_BEAT) -> Topic[Ticker]:
        """The last day, on each beat after a trade."""
        beat = self._tickers.get(period)
        if beat is None:
            beat = self._tickers[period] = Beat(self._agenda, period, self._source.ticker)
            self._on_trade.append(beat)
        return beat

    def average_price(self, period: int = 1_000) -> Topic[AveragePrice]:
        """The mean price of the last minutes, on each beat after a trade."""
        beat = self._averages.get(period)
        if beat is None:
            beat = Beat(self._agenda, period, self._source.average_price)
            self._averages[period] = beat
            self._on_trade.append(beat)
        return beat

    def mark(self, period: int = 3_000) -> Topic[Mark]:
        """The mark price on every beat."""
        beat = self._marks.get(period)
        if beat is None:
            beat = self._marks[period] = SteadyBeat(self._agenda, period, self._source.mark)
        return beat

    def traded(self) -> None:
        """Something traded: whoever waits for that has a beat to come."""
        for beat in self._on_trade:
            beat.stir()

    def level_changed(self, event: LevelChanged) -> None:
        """A level of the book changed, which made the update id what it is now."""
        if self.level:
            self.level.tell(event)
        for beat in self._diffs.values():
            beat.note(event)
        for book in self._on_level:
            book.stir()
