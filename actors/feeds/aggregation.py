"""Candles from trades.

A candle begins on the grid of its frame and holds the trades from then until the next one begins.
Its open is its first trade and its close its last, by the venue's time; what traded in the same
millisecond counts as it came. Of prices the text counts (`money.from_float` reads it back); volumes
are summed as decimals, exactly, and rounded to a float once, when the candle closes: in whichever
order the trades come, the same digits are stored.

A stretch without a trade has a candle all the same, flat at the last close with no volume, so that
candles stay gapless (D3); with `empty="skip"` it has none, as in files of some venues. Before the
first trade there is none in either case, and of an outage only the first `LONGEST` are told.

A candle closes once and never changes. A trade that comes later for one of the last few candles
makes a `CandleRevised`, beside which the closed one stands as it was (M8); later still, it is
counted and no more.
"""

from __future__ import annotations

from collections import OrderedDict
from decimal import Decimal
from typing import Final, Literal

import attrs

from ...runtime import Millis
from ..market.candle import Candle
from ..market.money import ZERO, add
from ..market.timeframe import TimeFrame
from ..market.trade import Trade
from .closed_candles import CandleClosed, CandleRevised

REVISABLE: Final = 3  # closed candles
LONGEST: Final = 3_000  # flat candles in a row; what is longer is an outage, of which none are told
KNOWN: Final = 10_000  # trades whose id is remembered

Empty = Literal["flat", "skip"]


@attrs.frozen
class TradeCounts:
    """The trades that have come."""

    taken: int
    repeated: int  # dropped: known by their id
    late: int  # dropped: of a candle that closed too long ago
    bad: int  # dropped: price or amount is no finite number above 0


@attrs.define
class _Forming:
    """The trades of one stretch, so far."""

    at: Millis
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    first: Millis  # when the open traded
    last: Millis  # when the close traded

    def take(self, trade: Trade) -> None:
        price = trade.price
        if not self.volume:  # flat so far, at a price of before
            self.open = self.high = self.low = self.close = price
            self.first = self.last = trade.at
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.volume = add(self.volume, trade.amount)
        if trade.at < self.first:
            self.open, self.first = price, trade.at
        if trade.at >= self.last:
            self.close, self.last = price, trade.at

    def candle(self) -> Candle:
        return Candle(
            self.at,
            float(self.open),
            float(self.high),
            float(self.low),
            float(self.close),
            float(self.volume),
        )


class CandleBuilder:
    """Makes the candles of one pair and frame from its trades."""

    def __init__(
        self, frame: TimeFrame, *, empty: Empty = "flat", revisable: int = REVISABLE
    ) -> None:
        self._frame = frame
        self._empty: Empty = empty
        self._revisable = revisable
        self._forming: _Forming | None = None
        self._ends = Millis(0)  # when what is forming closes
        self._closed: OrderedDict[Millis, _Forming] = OrderedDict()  # the newest ones
        self._known: OrderedDict[str, None] = OrderedDict()
        self._taken = self._repeated = self._late = self._bad = 0

    @property
    def counts(self) -> TradeCounts:
        """The trades that have come."""
        return TradeCounts(self._taken, self._repeated, self._late, self._bad)

    @property
    def forming(self) -> Candle | None:
        """The candle that has not closed, as it stands; None before the first trade."""
        return None if self._forming is None else self._forming.candle()

    def add(self, trade: Trade) -> tuple[CandleClosed | CandleRevised, ...]:
        """Take a trade; what closes or is revised by it, oldest first.

        A trade of a later stretch closes those before it, so it should not come before the clock
        has: a trade of the future is for the caller to refuse (`freshness.time_fault`).
        """
        if not self._is_new(trade):
            return ()
        forming = self._forming
        if forming is not None and trade.at < forming.at:
            return self._revise(trade)
        closed = self.close_until(trade.at)
        self._taken += 1
        forming = self._forming
        if forming is None or trade.at >= self._ends:
            self._begin(self._frame.open_of(trade.at), trade)
        else:
            forming.take(trade)
        return closed

    def close_until(self, now: Millis) -> tuple[CandleClosed, ...]:
        """Close what has ended by now, oldest first; ask a little late, for trades that are."""
        closed: list[CandleClosed] = []
        while self._forming is not None and now >= self._ends:
            forming, following = self._forming, self._ends
            if forming.volume or (self._empty == "flat" and len(closed) < LONGEST):
                closed.append(CandleClosed(forming.candle()))
                self._remember(forming)
            else:
                following = self._frame.open_of(now)  # of what lies between nothing is told
            self._begin_flat(following, forming.close)
        return tuple(closed)

    def _is_new(self, trade: Trade) -> bool:
        if not (trade.price.is_finite() and trade.amount.is_finite()):
            self._bad += 1
            return False
        if trade.price <= 0 or trade.amount <= 0:
            self._bad += 1
            return False
        if not trade.trade_id:
            return True
        if trade.trade_id in self._known:
            self._repeated += 1
            return False
        self._known[trade.trade_id] = None
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return True

    def _begin(self, at: Millis, trade: Trade) -> None:
        price = trade.price
        self._forming = _Forming(at, price, price, price, price, trade.amount, trade.at, trade.at)
        self._ends = self._frame.close_of(at)

    def _begin_flat(self, at: Millis, price: Decimal) -> None:
        self._ends = self._frame.close_of(at)
        self._forming = _Forming(at, price, price, price, price, ZERO, self._ends, at)

    def _revise(self, trade: Trade) -> tuple[CandleRevised, ...]:
        closed = self._closed.get(self._frame.open_of(trade.at))
        if closed is None:
            self._late += 1
            return ()
        self._taken += 1
        was = closed.candle()
        closed.take(trade)
        return (CandleRevised(was, closed.candle()),)

    def _remember(self, forming: _Forming) -> None:
        self._closed[forming.at] = forming
        if len(self._closed) > self._revisable:
            self._closed.popitem(last=False)
