"""What traded in the last day, kept up minute by minute so that asking costs next to nothing."""

from __future__ import annotations

from collections import deque

from ....runtime import Millis
from .intervals import DAY, MINUTE
from .records import Bar


class DayWindow:
    """The minutes with trades of the last day as one bar; the open minute is not among them."""

    def __init__(self) -> None:
        self.previous_close = 0  # the last price before the window; 0: none
        self._bars: deque[Bar] = deque()
        self._highs: deque[Bar] = deque()  # falling highs: the first is the highest of all
        self._lows: deque[Bar] = deque()  # rising lows
        self._total = Bar(Millis(0), 0, 0, 0, 0)

    def add(self, bar: Bar) -> None:
        """A minute has ended."""
        self.expire(begin_of(Millis(bar.open_time + MINUTE)))
        while self._highs and self._highs[-1].high <= bar.high:
            self._highs.pop()
        while self._lows and self._lows[-1].low >= bar.low:
            self._lows.pop()
        for bars in (self._bars, self._highs, self._lows):
            bars.append(bar)
        total = self._total
        total.volume += bar.volume
        total.turnover += bar.turnover
        total.trades += bar.trades
        total.buy_volume += bar.buy_volume
        total.buy_turnover += bar.buy_turnover

    def expire(self, begin: Millis) -> None:
        """Forget the minutes that began before `begin`."""
        total, bars = self._total, self._bars
        while bars and bars[0].open_time < begin:
            bar = bars.popleft()
            self.previous_close = bar.close
            total.volume -= bar.volume
            total.turnover -= bar.turnover
            total.trades -= bar.trades
            total.buy_volume -= bar.buy_volume
            total.buy_turnover -= bar.buy_turnover
        for extremes in (self._highs, self._lows):
            while extremes and extremes[0].open_time < begin:
                extremes.popleft()

    def bar(self) -> Bar | None:
        """All minutes of the window as one bar; None where nothing traded in them."""
        if not self._bars:
            return None
        first, last, total = self._bars[0], self._bars[-1], self._total.copy()
        total.open_time = first.open_time
        total.open, total.close = first.open, last.close
        total.high, total.low = self._highs[0].high, self._lows[0].low
        total.first_id, total.last_id = first.first_id, last.last_id
        return total


def begin_of(now: Millis) -> Millis:
    """When the window of a day began that ends `now`: on a minute, at most a day ago."""
    return Millis(-(-(now - DAY) // MINUTE) * MINUTE)
