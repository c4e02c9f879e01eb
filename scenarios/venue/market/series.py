"""The market data of one market: everything that a venue publishes about it.

It is fed with the engine's events, in order, and says nothing that did not happen there. What it
publishes are values in quanta; dialects make text of them. It keeps no account and no order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

from ....actors.matching.markets import Market
from ....actors.matching.values import Event, Funded, LevelChanged, Liquidated, MarkMoved, Traded
from ....runtime import Millis
from ..agenda import Agenda
from .candles import Candles
from .intervals import DAY, HOUR, MINUTE
from .news import News
from .past import Past
from .past_marks import past_fundings
from .recent import Aggregation, Recent
from .records import (
    AggTrade,
    AveragePrice,
    Bar,
    Book,
    BookTop,
    FundingPoint,
    Level,
    Liquidation,
    Mark,
    Ticker,
    flat,
)
from .turnover import turnover
from .window import DayWindow, begin_of

AVERAGE_MINUTES: Final = 5
NO_LEVEL: Final[Level] = (0, 0)


class Books(Protocol):
    """What market data asks of an engine."""

    @property
    def markets(self) -> Mapping[str, Market]:
        """By venue symbol, as they are now."""
        ...

    def depth(self, symbol: str, limit: int) -> tuple[list[Level], list[Level]]:
        """Bids from high to low, asks from low to high."""
        ...

    def last(self, symbol: str) -> int | None:
        """What traded last."""
        ...


class Keep(msgspec.Struct, frozen=True):
    """How much is remembered, at least, and how often an open candle is pushed."""

    bars: int = 1_500  # that ended, of each interval; a day's minutes are needed for the ticker
    trades: int = 5_000  # and as many aggregated ones
    fundings: int = 1_000
    liquidations: int = 500
    kline_beat: int = 2_000  # ms


class MarketData:
    """Candles, tickers, trades, book updates and marks of one market."""

    def __init__(
        self,
        symbol: str,
        books: Books,
        agenda: Agenda,
        *,
        past: Past | None = None,
        keep: Keep | None = None,
    ) -> None:
        keep = Keep() if keep is None else keep
        self.symbol = symbol
        self.market = books.markets[symbol]
        self.update_id = 0  # of the book; each change of a level is one
        self.trades: Recent[Traded] = Recent(keep.trades)
        self.fundings: Recent[FundingPoint] = Recent(keep.fundings)
        self.liquidations: Recent[Liquidation] = Recent(keep.liquidations)
        self.news = News(self, agenda, keep.kline_beat)
        self._books = books
        self._agenda = agenda
        self.past = past
        self._day = DayWindow()
        self._candles = Candles(
            keep=max(keep.bars, DAY // MINUTE), past=past, on_minute=self._day.add
        )
        self._aggregation = Aggregation(keep.trades)
        self._mark: Mark | None = None
        self._printed = 0  # trades that the engine knows nothing of
        self._top_id = -1
        self._told_top = (NO_LEVEL, NO_LEVEL)

    # -- what happens

    def on_event(self, event: Event) -> None:
        """Take in an event of this market; others change nothing."""
        if type(event) is LevelChanged:
            self.update_id += 1
            self.news.level_changed(event)
        elif type(event) is Traded:
            if self._printed:  # prints have taken ids too
                event = msgspec.structs.replace(event, trade_id=event.trade_id + self._printed)
            self._on_trade(event)
        elif type(event) is MarkMoved:
            self._on_mark(event)
        elif type(event) is Funded:
            point = FundingPoint(self.symbol, event.rate, event.mark, event.at)
            self.fundings.add(point, self.fundings.next_id)
            self.news.funding.tell(point)
        elif type(event) is Liquidated:
            self._on_liquidation(event)

    def finish(self) -> None:
        """A batch of events has ended."""
        aggregate = self._aggregation.finish()
        if aggregate is not None:
            self.news.agg_trade.tell(aggregate)
        if self.news.top and self.update_id != self._top_id:
            self._top_id = self.update_id
            top = self.top()
            if (top.bid, top.ask) != self._told_top:
                self._told_top = (top.bid, top.ask)
                self.news.top.tell(top)

    def rules_changed(self) -> None:
        """The market's rules are others now."""
        self.market = self._books.markets[self.symbol]

    def print(self, price: int, amount: int, at: Millis, *, is_buyer_maker: bool) -> None:
        """Publish a trade that nobody here made: of a market that follows a recorded price."""
        newest = self._last_trade()
        before = 0 if self.past is None else self.past.last_id
        number = (before if newest is None else newest.trade_id) + 1
        self._on_trade(Traded(number, self.symbol, price, amount, 0, 0, is_buyer_maker, at))
        self._printed += 1
        self.finish()

    def _on_trade(self, event: Traded) -> None:
        price, amount = event.price, event.amount
        worth = turnover(self.market, price, amount)
        bought = 0 if event.is_buyer_maker else amount
        self._candles.add(price, amount, worth, event.trade_id, event.at, bought=bought)
        self.trades.add(event, event.trade_id)
        ended = self._aggregation.add(event)
        news = self.news
        if news.trade:
            news.trade.tell(event)
        if ended is not None and news.agg_trade:
            news.agg_trade.tell(ended)
        news.traded()

    def _on_mark(self, event: MarkMoved) -> None:
        mark, index = event.mark, event.index
        self._mark = Mark(self.symbol, mark, index, index, event.rate, event.next_funding, event.at)

    def _on_liquidation(self, event: Liquidated) -> None:
        order = event.order
        notice = Liquidation(
            self.symbol,
            order.request.side,
            order.id,
            order.price,
            event.price,
            order.amount,
            order.filled,
            event.at,
        )
        self.liquidations.add(notice, self.liquidations.next_id)
        self.news.liquidation.tell(notice)

    # -- what is asked

    def klines(
        self,
        interval: str,
        *,
        start: int | None = None,
        end: int | None = None,
        limit: int = 500,
    ) -> list[Bar]:
        """Candles, oldest first, that began from `start` to `end`; the newest without a start."""
        return self._candles.bars(interval, self._agenda.now, start=start, end=end, limit=limit)

    def bar(self, interval: str, opened: Millis) -> Bar | None:
        """The candle that began at `opened`; None where none is known."""
        return self._candles.bar(interval, opened, self._agenda.now)

    def ticker(self) -> Ticker | None:
        """The last day, which begins on a minute; None where nothing ever traded."""
        now = self._agenda.now
        parts = self._candles.open_parts(now)
        begin = begin_of(now)
        self._day.expire(begin)
        before = None if self.past is None else self.past.since(begin)
        closed = self._day.bar()
        bars = [bar for bar in (before, closed, *parts) if bar is not None]
        previous = before.open if before is not None else self._day.previous_close
        return self._ticker(begin, bars, previous)

    def window(self, span: int) -> Ticker | None:
        """The last `span` ms, at most a week; from a minute on, of more than a day from an hour."""
        now = self._agenda.now
        interval, unit = ("1m", MINUTE) if span <= DAY else ("1h", HOUR)
        begin = Millis(-(-(now - span) // unit) * unit)
        bars = self.klines(interval, start=begin - unit, limit=span // unit + 2)
        previous = bars.pop(0).close if bars and bars[0].open_time < begin else 0
        return self._ticker(begin, [bar for bar in bars if bar.volume], previous)

    def _ticker(self, begin: Millis, bars: list[Bar], previous: int) -> Ticker | None:
        last = self._last_trade()
        price = last.price if last is not None else previous
        total = flat(begin, price)
        for number, bar in enumerate(bars):
            if number:
                total.merge(bar)
            else:
                total = bar.copy()
        if not total.close:
            return None
        bid, ask = self._best()
        return Ticker(
            self.symbol,
            begin,
            self._agenda.now,
            total.open,
            total.high,
            total.low,
            total.close,
            last.amount if last is not None else 0,
            previous or total.open,
            total.volume,
            total.turnover,
            total.trades,
            total.first_id,
            total.last_id,
            bid,
            ask,
        )

    def average_price(self, minutes: int = AVERAGE_MINUTES) -> AveragePrice | None:
        """The mean price of the last minutes, this one included; None where nothing traded yet."""
        now = self._agenda.now
        start = now - now % MINUTE - (minutes - 1) * MINUTE
        bars = self.klines("1m", start=start, limit=minutes)
        cost = sum(bar.turnover for bar in bars)
        volume = sum(bar.volume for bar in bars)
        last = self._last_trade()
        if not bars:
            return None
        closed_at = last.at if last is not None else bars[0].open_time
        if not volume or self.market.family == "inverse":
            return AveragePrice(self.symbol, minutes, bars[-1].close, 1, closed_at)
        return AveragePrice(self.symbol, minutes, cost, volume, closed_at)

    def book(self, limit: int) -> Book:
        """The best levels, as of the update id."""
        bids, asks = self._books.depth(self.symbol, limit)
        return Book(self.symbol, self.update_id, bids, asks, self._agenda.now)

    def top(self) -> BookTop:
        """The best bid and ask."""
        bid, ask = self._best()
        return BookTop(self.symbol, self.update_id, bid, ask, self._agenda.now)

    def agg_trades(
        self,
        *,
        from_id: int | None = None,
        start: int | None = None,
        end: int | None = None,
        limit: int = 500,
    ) -> list[AggTrade]:
        """Aggregated trades by id or by time; the newest where neither is given."""
        done = self._aggregation.done
        if from_id is not None:
            return done.from_id(from_id, limit)
        return done.between(start, end, limit)

    def funding_history(self, limit: int) -> list[FundingPoint]:
        """The newest fundings, oldest first; those before the start among them."""
        recent = self.fundings.last(limit)
        if self.past is None or self.fundings.first_id or len(recent) >= limit:
            return recent
        before = past_fundings(self.past, self.market)
        return [*before, *recent][-limit:]

    def mark(self) -> Mark | None:
        """The mark price as of the last move; None where there is none yet."""
        return self._mark

    def _best(self) -> tuple[Level, Level]:
        bids, asks = self._books.depth(self.symbol, 1)
        return bids[0] if bids else NO_LEVEL, asks[0] if asks else NO_LEVEL

    def _last_trade(self) -> Traded | None:
        newest = self.trades.last(1)
        return newest[0] if newest else None
