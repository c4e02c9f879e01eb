"""What a symbol feed knows, and its answers to whoever asks; it changes nothing.

A class of its own below `SymbolFeed`, since a table of handlers belongs to one class: reading and
moving messages are two things to read, and one actor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime import Actor, Millis, on
from ..exchange.messages import VenueClock
from ..market.candle import Candle
from ..market.funding import Funding
from ..market.liquidation import Liquidation
from ..market.money import from_float
from ..market.open_interest import OpenInterest
from ..market.timeframe import TimeFrame
from ..market.trade import Trade
from .book_keeping import BookKeeping
from .candle_frames import CandleFrames
from .candle_series import CandleSeries
from .follow import Follow, Subject
from .freshness import Fresh, Stale
from .mark_price import MarkPrice, NoMarkPrice
from .messages import (
    Aged,
    BadLimit,
    BookView,
    FeedCounts,
    GetBook,
    GetCandles,
    GetCounts,
    GetForming,
    GetFunding,
    GetLast,
    GetLiquidations,
    GetMarkPrice,
    GetOpenInterest,
    GetRefused,
    GetTicker,
    GetTrades,
    NotFollowed,
)
from .quotes import Quotes
from .steady_clock import SteadyClock


class FeedReads(Actor):
    """Answers the questions of `messages` from what it is given by `SymbolFeed`."""

    def __init__(self, symbol: str, frames: Sequence[TimeFrame], follow: Follow) -> None:
        self._symbol = symbol
        self._follow = follow
        self._frames = CandleFrames(symbol, frames, capacity=follow.capacity)
        self._base = self._frames.base
        self._quotes = Quotes(symbol, self._base.frame, follow)
        self._book = BookKeeping(symbol, follow)
        self._book_at = Millis(0)  # when it changed last, UTC

    def on_start(self) -> Any:
        self._clock = SteadyClock(now=self.now, elapsed=self.elapsed)

    @on(GetCandles)
    def candles(self, message: GetCandles) -> NDArray[np.float64]:
        self._require_limit(message.limit, "candles")
        return self._series(message.frame).ring.snapshot(message.limit)

    @on(GetLast)
    def last(self, message: GetLast) -> Candle | None:
        return self._series(message.frame).ring.newest

    @on(GetForming)
    def forming(self, message: GetForming) -> Candle | None:
        return self._series(message.frame).forming

    @on(GetCounts)
    def counts(self, message: GetCounts) -> FeedCounts:
        return self._series(message.frame).counts

    @on(GetTicker)
    def ticker(self, message: GetTicker) -> Aged:
        self._require("ticker")
        return self._quotes.ticker.aged(elapsed=self.elapsed, max_age=message.max_age)

    @on(GetFunding)
    def funding(self, message: GetFunding) -> Fresh[Funding] | Stale[Funding] | None:
        self._require("funding")
        return self._quotes.funding.aged(elapsed=self.elapsed, max_age=message.max_age)

    @on(GetOpenInterest)
    def interest(
        self, message: GetOpenInterest
    ) -> Fresh[OpenInterest] | Stale[OpenInterest] | None:
        self._require("open_interest")
        return self._quotes.interest.aged(elapsed=self.elapsed, max_age=message.max_age)

    @on(GetMarkPrice)
    def mark_price(self, _: GetMarkPrice) -> MarkPrice | NoMarkPrice:
        self._quote_close()
        return self._quotes.prices.mark(now=self._utc)

    @on(GetBook)
    def get_book(self, message: GetBook) -> BookView:
        self._require("book")
        self._require_limit(message.depth, "levels")
        top = self._book.top(elapsed=self.elapsed)
        book = self._book.book(message.depth, elapsed=self.elapsed)
        return BookView(top.status, book, top.fault, self._book_at)

    @on(GetTrades)
    def trades(self, message: GetTrades) -> tuple[Trade, ...]:
        self._require("trades")
        self._require_limit(message.limit, "trades")
        return tuple(self._quotes.trades)[-message.limit :]

    @on(GetLiquidations)
    def liquidations(self, message: GetLiquidations) -> tuple[Liquidation, ...]:
        self._require("liquidations")
        self._require_limit(message.limit, "liquidations")
        return tuple(self._quotes.liquidations)[-message.limit :]

    @on(GetRefused)
    def refused(self, _: GetRefused) -> Mapping[str, int]:
        return dict(self._quotes.refused)

    @on(VenueClock)
    def venue_clock(self, message: VenueClock) -> None:
        self._clock.measured(message.ahead)

    @property
    def _utc(self) -> Millis:
        """By the venue's clock, as far as it is known."""
        return self._clock.utc(elapsed=self.elapsed)

    def _quote_close(self) -> None:
        """Let the close of the newest candle be a source of the mark price."""
        newest = self._base.ring.newest
        if newest is not None:
            closed = self._base.frame.close_of(newest.at)
            self._quotes.quoted("candle", from_float(newest.close), at=closed, now=self._utc)

    def _series(self, frame: str) -> CandleSeries:
        series = self._base if not frame else self._frames.series.get(frame)
        if series is None:
            raise NotFollowed(self.path, f"candles of {frame}", tuple(self._frames.series))
        return series

    def _require(self, subject: Subject) -> None:
        if subject not in self._follow.subjects:
            followed = ("candles", *sorted(self._follow.subjects))
            raise NotFollowed(self.path, subject, followed)

    def _require_limit(self, limit: int, what: str) -> None:
        if limit < 1:
            raise BadLimit(self.path, limit, what)
