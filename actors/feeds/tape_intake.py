"""How a symbol feed takes in a tape: its past, and its candles beyond the bare telling on.

The usual candle of a tape, the next one, of which nothing more is wanted, never comes here: see
`SymbolFeed.candle`. What a candle says was checked where it came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...runtime import Millis
from ..exchange.market_messages import FetchCandles
from ..market.candle import Candle
from .arming import path_of
from .feed_clock import FeedClock
from .market_data import MarketData
from .messages import CandleEnded, FeedCaughtUp, MarkPriceChanged
from .price_watch import PriceWatch
from .standing import Standing
from .telling import Telling


class TapeIntake:
    """Takes the candles of one frame, told one by one; all higher frames are built from them."""

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
        self.question: Final = FetchCandles(data.symbol, data.base.name, data.follow.capacity)

    def begin(self, past: Sequence[Candle]) -> None:
        """Take what was before."""
        base = self._data.base
        told = base.ring.newest
        if told is None or (past and past[-1].at >= told.at):
            base.ring.clear()  # a tape that went on while nobody told its past has it all now
            for candle in past:
                base.ring.add(candle)
        base.is_behind = False
        self._data.frames.prime()
        self._standing.tell_candles()

    def catch_up(self, past: Sequence[Candle], *, at: Millis) -> None:
        """Take what was before, which the feed has begun without."""
        self.begin(past)
        self._telling.tell((FeedCaughtUp(self._data.symbol, self._data.base.name, at),))

    def comes_later(self, candle: Candle) -> bool:
        """Of a candle that is not known to be the next one: the first, one of a month, or a fault.

        Whether it is later than all that are known; what is missing before it is told.
        """
        base = self._data.base
        if not base.follows(candle.at):
            return False
        gap = base.gap_before(candle.at)
        if gap is not None:
            self._telling.tell((gap,))
        self._standing.hold_price()  # known from here on, whatever the tape leaves out
        return True

    def tell_more(self, candle: Candle) -> None:
        """Tell whatever is wanted besides the bare candle."""
        telling, data, now = self._telling, self._data, self._clock.utc
        telling.deliver(candle)
        telling.tell((CandleEnded(data.symbol, data.base.name, candle),))
        telling.tell(data.frames.rise(candle))
        if self._prices.is_armed:
            for price in path_of(candle):
                self._prices.last(price, at=now)
        data.quote_close(now=now)
        self._prices.weigh()

    def is_more_wanted(self, audience: Mapping[type, object]) -> bool:
        """Whether anything but the bare candle is. audience: who hears the feed, by event."""
        if len(self._data.frames.series) > 1 or self._prices.is_armed or self._telling.wanted:
            return True
        return any(audience.get(kind) != () for kind in (CandleEnded, MarkPriceChanged))
