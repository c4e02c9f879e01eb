"""The answers of a symbol feed to whoever asks what it knows; they change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...runtime import Ask
from ..market.candle import Candle
from ..market.funding import Funding
from ..market.liquidation import Liquidation
from ..market.open_interest import OpenInterest
from ..market.trade import Trade
from .candle_series import CandleSeries
from .feed_clock import FeedClock
from .follow import Subject
from .freshness import Fresh, Stale
from .mark_price import MarkPrice, NoMarkPrice
from .market_data import MarketData
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


class Answers:
    """Answers the questions of `messages`. path: of the feed, for whoever is refused an answer."""

    def __init__(self, data: MarketData, clock: FeedClock, *, path: str) -> None:
        self._data = data
        self._clock = clock
        self._path = path

    def of(self, question: Ask[Any]) -> Any:
        """The answer to one of `QUESTIONS`. Raises BadLimit and NotFollowed."""
        return _BY_QUESTION[type(question)](self, question)

    def candles(self, question: GetCandles) -> NDArray[np.float64]:
        self._require_limit(question.limit, "candles")
        return self._series(question.frame).ring.snapshot(question.limit)

    def last(self, question: GetLast) -> Candle | None:
        return self._series(question.frame).ring.newest

    def forming(self, question: GetForming) -> Candle | None:
        return self._series(question.frame).forming

    def counts(self, question: GetCounts) -> FeedCounts:
        return self._series(question.frame).counts

    def ticker(self, question: GetTicker) -> Aged:
        self._require("ticker")
        elapsed = self._clock.elapsed
        return self._data.quotes.ticker.aged(elapsed=elapsed, max_age=question.max_age)

    def funding(self, question: GetFunding) -> Fresh[Funding] | Stale[Funding] | None:
        self._require("funding")
        elapsed = self._clock.elapsed
        return self._data.quotes.funding.aged(elapsed=elapsed, max_age=question.max_age)

    def interest(
        self, question: GetOpenInterest
    ) -> Fresh[OpenInterest] | Stale[OpenInterest] | None:
        self._require("open_interest")
        elapsed = self._clock.elapsed
        return self._data.quotes.interest.aged(elapsed=elapsed, max_age=question.max_age)

    def mark_price(self, _: GetMarkPrice) -> MarkPrice | NoMarkPrice:
        now = self._clock.utc
        self._data.quote_close(now=now)
        return self._data.quotes.prices.mark(now=now)

    def book(self, question: GetBook) -> BookView:
        self._require("book")
        self._require_limit(question.depth, "levels")
        return self._data.book.view(question.depth, elapsed=self._clock.elapsed)

    def trades(self, question: GetTrades) -> tuple[Trade, ...]:
        self._require("trades")
        self._require_limit(question.limit, "trades")
        return tuple(self._data.quotes.trades)[-question.limit :]

    def liquidations(self, question: GetLiquidations) -> tuple[Liquidation, ...]:
        self._require("liquidations")
        self._require_limit(question.limit, "liquidations")
        return tuple(self._data.quotes.liquidations)[-question.limit :]

    def refused(self, _: GetRefused) -> Mapping[str, int]:
        return dict(self._data.quotes.refused)

    def _series(self, frame: str) -> CandleSeries:
        series = self._data.frames.series
        found = self._data.base if not frame else series.get(frame)
        if found is None:
            raise NotFollowed(self._path, f"candles of {frame}", tuple(series))
        return found

    def _require(self, subject: Subject) -> None:
        subjects = self._data.follow.subjects
        if subject not in subjects:
            raise NotFollowed(self._path, subject, ("candles", *sorted(subjects)))

    def _require_limit(self, limit: int, what: str) -> None:
        if limit < 1:
            raise BadLimit(self._path, limit, what)


_BY_QUESTION: Final[Mapping[type, Callable[[Answers, Any], Any]]] = MappingProxyType(
    {
        GetCandles: Answers.candles,
        GetLast: Answers.last,
        GetForming: Answers.forming,
        GetCounts: Answers.counts,
        GetTicker: Answers.ticker,
        GetFunding: Answers.funding,
        GetOpenInterest: Answers.interest,
        GetMarkPrice: Answers.mark_price,
        GetBook: Answers.book,
        GetTrades: Answers.trades,
        GetLiquidations: Answers.liquidations,
        GetRefused: Answers.refused,
    }
)
QUESTIONS: Final = tuple(_BY_QUESTION)
