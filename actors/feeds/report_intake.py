"""How a symbol feed takes in what a venue reports, by its streams, by polls, and when it is asked.

It tells on what is true and new. What has come may show that something before it is missing: that
is given back, for whoever asks the venue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ...runtime import Ask, Tell
from ..exchange.market_messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FetchCandles,
    FetchTrades,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    OpenInterestReported,
    TickerReported,
    TradesReported,
)
from ..market.candle import Candle
from .asking import BOOK, CANDLES, TRADES
from .candle_series import CandleSeries
from .feed_clock import FeedClock
from .market_data import MarketData
from .messages import CandleEnded, FeedCaughtUp, TradesHeard, TradesMissed
from .price_watch import PriceWatch
from .standing import Standing
from .telling import Telling
from .trade_joining import Missed, Step


class ReportIntake:
    """Takes one of `REPORTS` after the other, and the answers to what was asked because of them."""

    def __init__(
        self,
        data: MarketData,
        clock: FeedClock,
        telling: Telling,
        prices: PriceWatch,
        standing: Standing,
    ) -> None:
        self._data = data
        self._clock = clock
        self._telling = telling
        self._prices = prices
        self._standing = standing

    def hear(self, report: Tell) -> str | None:
        """Take a report; about what something may be missing now."""
        return _BY_REPORT[type(report)](self, report)

    # -- candles

    def candle(self, report: CandleReported) -> str | None:
        series = self._series_of(report)
        if series is None:
            return None
        self._clock.witness(series.frame.close_of(report.candle.at))
        self._tell_candles(series, series.reported(report.candle, now=self._clock.utc))
        return CANDLES + series.name

    def bare_candle(self, candle: Candle) -> str:
        """Take a candle of the base that nobody has a stamp for."""
        base = self._data.base
        self._tell_candles(base, base.reported(candle, now=self._clock.utc))
        return CANDLES + base.name

    def forming(self, report: FormingReported) -> None:
        series = self._series_of(report)
        if series is not None and not series.is_built:
            self._telling.tell(series.moved(report.candle, now=self._clock.utc))

    def pass_time(self) -> str:
        """Take it that all trades of until now were heard."""
        base = self._data.base
        self._tell_candles(base, self._data.frames.passed(self._clock.utc))
        return CANDLES + base.name

    def _series_of(self, report: CandleReported | FormingReported) -> CandleSeries | None:
        if report.symbol != self._data.symbol:
            return None
        series = self._data.frames.series.get(report.frame)
        if series is None:
            self._data.quotes.refuse("candles", "FRAME")
        return series

    def _tell_candles(self, series: CandleSeries, events: Sequence[Tell]) -> None:
        is_base = series is self._data.base
        for event in events:
            if is_base and isinstance(event, CandleEnded):
                self._telling.tell((event.candle,))
            self._telling.tell((event,))
        if is_base and events:
            self._telling.tell(self._data.frames.raise_up(events))
            self._data.quote_close(now=self._clock.utc)
            self._prices.weigh()
        if any(isinstance(event, FeedCaughtUp) for event in events):
            self._standing.tell_candles()

    # -- trades, tickers and the like

    def trades(self, report: TradesReported) -> str | None:
        if report.symbol != self._data.symbol or not report.trades:
            return None
        self._clock.witness(report.trades[-1].at)
        sound = self._data.quotes.sound_trades(report.trades, now=self._clock.utc)
        self._tell_trades(self._data.joining.told(sound))
        return TRADES

    def _tell_trades(self, steps: Iterable[Step]) -> None:
        data, tell = self._data, self._telling.tell
        for step in steps:
            if isinstance(step, Missed):
                data.frames.lacks_trades(step.until)
                tell((TradesMissed(data.symbol, step.after, step.until, step.reason),))
                continue
            data.quotes.traded(step, now=self._clock.utc)
            tell((TradesHeard(data.symbol, step),))
            if self._prices.is_watching:
                for trade in step:
                    self._prices.last(trade.price, at=trade.at)
            if data.frames.by_trades is not None:
                self._tell_candles(data.base, data.frames.traded(step))
        self._prices.weigh()

    def ticker(self, report: TickerReported) -> None:
        ticker, quotes = report.ticker, self._data.quotes
        if ticker.symbol != self._data.symbol:
            return
        self._clock.witness(ticker.at)
        events = quotes.ticked(ticker, now=self._clock.utc, elapsed=self._clock.elapsed)
        self._telling.tell(events)
        if events and self._prices.is_watching and ticker.last is not None:
            trades = quotes.trades
            if not trades or ticker.at > trades[-1].at:
                self._prices.last(ticker.last, at=ticker.at)
        self._prices.weigh()

    def funding(self, report: FundingReported) -> None:
        if report.funding.symbol == self._data.symbol:
            now, elapsed = self._clock.utc, self._clock.elapsed
            events = self._data.quotes.funded(report.funding, now=now, elapsed=elapsed)
            self._telling.tell(events)
            self._prices.weigh()
            self._standing.tell_funding()

    def open_interest(self, report: OpenInterestReported) -> None:
        if report.interest.symbol == self._data.symbol:
            now, elapsed = self._clock.utc, self._clock.elapsed
            events = self._data.quotes.held_open(report.interest, now=now, elapsed=elapsed)
            self._telling.tell(events)

    def liquidations(self, report: LiquidationsReported) -> None:
        if report.symbol == self._data.symbol:
            now = self._clock.utc
            self._telling.tell(self._data.quotes.liquidated(report.liquidations, now=now))

    # -- the book

    def book(self, report: BookReported) -> str | None:
        if report.book.symbol != self._data.symbol:
            return None
        self._data.book.told(report.book, elapsed=self._clock.elapsed)
        return self.tell_book()

    def diff(self, report: BookDiffReported) -> str | None:
        if report.symbol != self._data.symbol:
            return None
        self._data.book.changed(report.diff)
        return self.tell_book()

    def tell_book(self) -> str | None:
        """Tell what the book has come to, if that is new; whether something may be missing."""
        if "book" not in self._data.follow.subjects:
            return None
        news = self._data.book.news(now=self._clock.utc, elapsed=self._clock.elapsed)
        if news is not None:
            self._telling.tell((news,))
        return BOOK

    # -- what was asked for

    def take(self, answer: Any, question: Ask[Any]) -> bool:
        """Take what the venue has answered; whether it was of help."""
        data, now = self._data, self._clock.utc
        if isinstance(question, FetchCandles):
            series = data.frames.series[question.frame]
            self._tell_candles(series, series.past(answer, asked=question, now=now))
            return not series.is_in_vain
        if isinstance(question, FetchTrades):
            sound = data.quotes.sound_trades(answer, now=now)
            self._tell_trades(data.joining.fetched(sound, limit=question.limit))
            return not data.joining.is_in_vain
        is_used = data.book.loaded(answer, limit=data.follow.depth)
        self.tell_book()
        return is_used

    def do_without(self, about: str) -> bool:
        """The venue does not offer it: build it, where that can be."""
        name = about.removeprefix(CANDLES)
        if name == about or not self._data.build(name):
            return False
        self._telling.tell((FeedCaughtUp(self._data.symbol, name, self._clock.utc),))
        self._standing.tell_candles()
        return True


_BY_REPORT: Final[Mapping[type, Callable[[ReportIntake, Any], str | None]]] = MappingProxyType(
    {
        CandleReported: ReportIntake.candle,
        FormingReported: ReportIntake.forming,
        TradesReported: ReportIntake.trades,
        TickerReported: ReportIntake.ticker,
        FundingReported: ReportIntake.funding,
        OpenInterestReported: ReportIntake.open_interest,
        LiquidationsReported: ReportIntake.liquidations,
        BookReported: ReportIntake.book,
        BookDiffReported: ReportIntake.diff,
    }
)
REPORTS: Final = tuple(_BY_REPORT)
