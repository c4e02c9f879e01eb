"""What a venue publishes about a market: candles, tickers, trades, book changes, marks.

Values in quanta of the market, as the engine's own; nothing of any dialect. "Turnover" is what
a venue calls quote volume: price quanta times amount quanta, but for inverse contracts, whose
turnover is in the base asset, in 10^-8 (see `turnover`).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from ....actors.market.side import Side
from ....runtime import Millis

Level: TypeAlias = tuple[int, int]  # price, amount
INTEREST: Final = 10_000  # of a funding, the part that is no premium: 0.01 %, in 1e-8


class Bar(msgspec.Struct, gc=False):
    """One candle; grows while it is open. Equal ends and no trades: a stretch without trading."""

    open_time: Millis
    open: int
    high: int
    low: int
    close: int
    volume: int = 0  # amount quanta
    turnover: int = 0
    trades: int = 0
    buy_volume: int = 0  # of trades whose buyer was the taker
    buy_turnover: int = 0
    first_id: int = -1  # trade ids; -1: none that is known
    last_id: int = -1

    def merge(self, later: Bar) -> None:
        """Take in a bar that follows this one in time."""
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.turnover += later.turnover
        self.trades += later.trades
        self.buy_volume += later.buy_volume
        self.buy_turnover += later.buy_turnover
        if self.first_id < 0:
            self.first_id = later.first_id
        if later.last_id >= 0:
            self.last_id = later.last_id

    def copy(self, open_time: int | None = None) -> Bar:
        """The same numbers, perhaps as the beginning of a longer bar."""
        return Bar(
            self.open_time if open_time is None else Millis(open_time),
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
            self.turnover,
            self.trades,
            self.buy_volume,
            self.buy_turnover,
            self.first_id,
            self.last_id,
        )


def flat(open_time: Millis, price: int) -> Bar:
    """The bar of a stretch in which nothing traded: all of it at the last price."""
    return Bar(open_time, price, price, price, price)


class Kline(msgspec.Struct, frozen=True, gc=False):
    """A candle as it is pushed: of which interval, when it ends, and whether it has ended."""

    symbol: str
    interval: str
    bar: Bar
    close_time: Millis  # the last ms of it
    is_closed: bool
    at: Millis


class Ticker(msgspec.Struct, frozen=True, gc=False):
    """What traded in a window that ends now; all prices 0 where nothing ever traded."""

    symbol: str
    open_time: Millis  # on a minute
    close_time: Millis  # now
    open: int
    high: int
    low: int
    last: int
    last_amount: int
    previous_close: int  # the last price before the window
    volume: int
    turnover: int
    trades: int
    first_id: int
    last_id: int
    bid: Level  # (0, 0): none
    ask: Level

    @property
    def change(self) -> int:
        """Last less open, price quanta."""
        return self.last - self.open


class AveragePrice(msgspec.Struct, frozen=True, gc=False):
    """The mean price of the last minutes, weighted by amount: cost / volume, price quanta."""

    symbol: str
    minutes: int
    cost: int  # of a market without trades in these minutes: the last price
    volume: int  # > 0
    close_time: Millis  # of the last trade


class AggTrade(msgspec.Struct, frozen=True, gc=False):
    """All that one order took at one price at one time."""

    id: int
    symbol: str
    price: int
    amount: int
    first_id: int
    last_id: int
    at: Millis
    is_buyer_maker: bool


class BookTop(msgspec.Struct, frozen=True, gc=False):
    """The best bid and ask; (0, 0): none."""

    symbol: str
    update_id: int
    bid: Level
    ask: Level
    at: Millis


class Book(msgspec.Struct, frozen=True, gc=False):
    """The levels of a book as of an update id: bids from high to low, asks from low to high."""

    symbol: str
    update_id: int
    bids: list[Level]
    asks: list[Level]
    at: Millis


class Diff(msgspec.Struct, frozen=True, gc=False):
    """The levels that changed since the diff before; an amount of 0: nothing rests there now."""

    symbol: str
    first_id: int  # "U"
    last_id: int  # "u"
    previous_id: int  # "pu": the last_id of the diff before
    bids: list[Level]
    asks: list[Level]
    at: Millis


class Mark(msgspec.Struct, frozen=True, gc=False):
    """A contract's mark and index price, and the funding that it would settle."""

    symbol: str
    mark: int
    index: int
    settle: int  # estimated settle price: the index
    rate: int  # in 1e-8
    next_funding: Millis
    at: Millis


class FundingPoint(msgspec.Struct, frozen=True, gc=False):
    """A funding that was settled."""

    symbol: str
    rate: int  # in 1e-8
    mark: int
    at: Millis


class Liquidation(msgspec.Struct, frozen=True, gc=False):
    """A forced order, as the public is told of it."""

    symbol: str
    side: Side
    order_id: int
    price: int  # of the order's limit; 0: none
    average: int
    amount: int
    filled: int
    at: Millis
