"""Whether what a stream brings continues what it brought before; pure but for what it remembers.

A message that was dropped on the way, or was refused because it cannot be, breaks no stream: only
the grid of candles shows it, and the ids of trades where they count up by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...actors.market.candle import Candle
from ...actors.market.timeframe import TimeFrame
from ...actors.market.trade import Trade
from ...runtime import Millis


class CandleSeam:
    """The candles of one series."""

    def __init__(self, frame: TimeFrame) -> None:
        self._frame = frame
        self._next: Millis | None = None  # when the one begins that is to come

    def continues(self, candles: Iterable[Candle]) -> bool:
        """Take these; whether none is missing before or between them."""
        is_whole = True
        for candle in candles:
            is_whole &= self._next is None or candle.at <= self._next
            self._next = max(self._next or candle.at, self._frame.close_of(candle.at))
        return is_whole


class TradeSeam:
    """The trades of one market, whose ids count up by one."""

    def __init__(self) -> None:
        self._newest: int | None = None

    def continues(self, trades: Sequence[Trade]) -> bool:
        """Take these, in whichever order; whether none is missing before or between them."""
        ids = {int(each.trade_id) for each in trades if each.trade_id.isdecimal()}
        newest = self._newest
        fresh = ids if newest is None else {each for each in ids if each > newest}
        if not fresh:
            return True
        before = min(fresh) - 1 if newest is None else newest
        self._newest = max(fresh)
        return self._newest - before == len(fresh)
