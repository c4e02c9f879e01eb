"""What a market really did, taken from the simulated venue itself and not from its wire.

Nothing of a connector or a feed is known here. Numbers are the venue's quanta, so that no rounding
of ours hides a difference; `Decimal` is made of them where they are compared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

import attrs

from ...actors.market.candle import Candle
from ...actors.market.side import Side
from ...actors.market.timeframe import TimeFrame
from ...actors.matching.values import LevelChanged
from ...runtime import Millis
from ...scenarios.venue.market.records import AggTrade, Bar, Level
from ...scenarios.venue.market.series import MarketData

KEPT: Final = 5_000  # changes of a book that can be undone
TRADES: Final = 10_000  # that are known, the newest
ALL: Final = 10_000  # levels of a side
Sides: TypeAlias = tuple[tuple[Level, ...], tuple[Level, ...]]


class BookTruth:
    """A book as it was at each of its latest update ids."""

    def __init__(self, data: MarketData, *, kept: int = KEPT) -> None:
        book = data.book(ALL)
        self._data = data
        self._levels: dict[Side, dict[int, int]] = {"buy": dict(book.bids), "sell": dict(book.asks)}
        self._undo: deque[tuple[int, Side, int, int]] = deque(maxlen=kept)
        data.news.level.listen(self._note)

    def at(self, number: int, depth: int) -> Sides | None:
        """The best levels once this update was in the book; None: too long ago, or yet to come."""
        oldest = self._undo[0][0] - 1 if self._undo else self._data.update_id
        if not oldest <= number <= self._data.update_id:
            return None
        levels = {side: dict(known) for side, known in self._levels.items()}
        for update, side, price, amount in reversed(self._undo):
            if update <= number:
                break
            _put(levels[side], price, amount)
        bids = sorted(levels["buy"].items(), reverse=True)
        return tuple(bids[:depth]), tuple(sorted(levels["sell"].items())[:depth])

    def _note(self, event: LevelChanged) -> None:
        levels = self._levels[event.side]
        before = levels.get(event.price, 0)
        self._undo.append((self._data.update_id, event.side, event.price, before))
        _put(levels, event.price, event.amount)


def _put(levels: dict[int, int], price: int, amount: int) -> None:
    if amount:
        levels[price] = amount
    else:
        levels.pop(price, None)


class MarketTruth:
    """All that one market did since it was taken under watch: trades, candles and the book."""

    def __init__(self, symbol: str, data: MarketData) -> None:
        self.symbol: Final = symbol  # ours: "BTC/USDT"
        self.book: Final = BookTruth(data)
        self.trades: Final[dict[str, AggTrade]] = {}  # by id, oldest first
        self.traded = 0  # in all
        self._data = data
        data.news.agg_trade.listen(self._trade)

    @property
    def price_digits(self) -> int:
        return self._data.market.price_digits

    @property
    def amount_digits(self) -> int:
        return self._data.market.amount_digits

    @property
    def updates(self) -> int:
        """Of the book so far."""
        return self._data.update_id

    def price(self, quanta: int) -> Decimal:
        """Quote currency per unit of base."""
        return Decimal(quanta).scaleb(-self.price_digits)

    def amount(self, quanta: int) -> Decimal:
        """Base currency."""
        return Decimal(quanta).scaleb(-self.amount_digits)

    def candles(self, frame: TimeFrame, first: Millis, count: int) -> dict[Millis, Candle]:
        """Candles from this one on, oldest first, the forming one among them."""
        bars = self._data.klines(str(frame), start=first, limit=count)
        return {bar.open_time: self._candle(bar) for bar in bars}

    def _candle(self, bar: Bar) -> Candle:
        o, h, low, c = (
            float(self.price(each)) for each in (bar.open, bar.high, bar.low, bar.close)
        )
        return Candle(bar.open_time, o, h, low, c, float(self.amount(bar.volume)))

    def _trade(self, trade: AggTrade) -> None:
        self.traded += 1
        self.trades[str(trade.id)] = trade
        if len(self.trades) > TRADES:
            del self.trades[next(iter(self.trades))]


@attrs.frozen
class Told:
    """What the venue's wire said otherwise than the venue, in words that could have been true.

    No client can know better, so nothing of it is held against one.
    """

    trades: set[tuple[str, str]] = attrs.field(factory=set)  # venue symbol, id
    candles: set[tuple[str, str, int]] = attrs.field(factory=set)  # venue symbol, frame, began
    books: list[tuple[str, int, int]] = attrs.field(factory=list)  # symbol, said, truly

    def is_book(self, symbol: str, number: int) -> bool:
        """Whether a snapshot bore such a number that held later levels."""
        return any(of == symbol and low <= number < high for of, low, high in self.books)


def truths(symbols: Mapping[str, MarketData]) -> dict[str, MarketTruth]:
    """Take markets under watch, by our symbols."""
    return {symbol: MarketTruth(symbol, data) for symbol, data in symbols.items()}
