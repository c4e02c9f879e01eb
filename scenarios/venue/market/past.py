"""What a market traded at before the venue opened, so that there is history from the first moment.

A client asks for a thousand candles when it connects. They are drawn backwards from the first
price when somebody asks: seconds near the start, then minutes, quarters of an hour, hours and
days, each zone joined to the next; every longer candle is made of the shorter ones. No trade and
no order stands behind them. A replay takes the candles before its start instead.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple

import msgspec

from ....actors.matching.markets import Market
from ....runtime import Millis
from .intervals import DAY, HOUR, MINUTE, SECOND, frame_of
from .records import Bar
from .turnover import turnover

QUARTER: Final = 15 * MINUTE
_PULL: Final = 0.02  # how much of its distance from the first price a day's candle gives back
_WICK: Final = 0.6  # of the usual step
_LEAST_TICKS: Final = 50  # no candle lies lower than this many ticks


class Pace(msgspec.Struct, frozen=True):
    """How lively a market was: the scale of what is drawn."""

    volatility: float = 0.03  # of a day
    volume: int = 0  # amount quanta of a day
    trades: int = 20_000  # of a day


class Zone(NamedTuple):
    """A stretch of time with candles of one length, back to back."""

    unit: int  # ms
    begin: int
    end: int  # the first ms after it


Make = Callable[[Zone, int], list[Bar]]


class Past:
    """Candles before `start`, oldest first, for each interval.

    zones: from the newest to the oldest, each at least as coarse as the one before and beginning
    where a candle of the next one ends.
    make: the bars of a zone, given the price at its end; called once for each, in that order.
    count: how many candles of an interval are kept at least.
    """

    def __init__(
        self, start: Millis, price: int, zones: Sequence[Zone], make: Make, *, count: int = 1_000
    ) -> None:
        self.start = start
        self._first_price = price
        self._make = make
        self._count = count
        self._plan = zones
        self._zones: list[list[Bar]] = []
        self._bars: dict[str, list[Bar]] = {}
        self._tails: list[Bar] = []  # of the last day's minutes: each and all after it

    def bars(self, interval: str) -> list[Bar]:
        """The candles; the last one covers only what lies before the start."""
        known = self._bars.get(interval)
        if known is None:
            known = self._bars[interval] = self._aggregate(interval)
        return known

    def since(self, moment: Millis) -> Bar | None:
        """All that traded from this minute on, at most a day before the start, as one bar."""
        minutes = self.bars("1m")
        if moment >= self.start or not minutes:
            return None
        if not self._tails:
            last = reversed(minutes[-DAY // MINUTE - 1 :])
            self._tails = list(accumulate(last, _prepended))
        count = len(minutes) - bisect_left(minutes, moment, key=_open_time)  # a tape may have gaps
        return self._tails[min(count, len(self._tails)) - 1] if count else None

    def _aggregate(self, interval: str) -> list[Bar]:
        frame = frame_of(interval)
        span = DAY if interval in ("1w", "1M") else frame.length
        usable = 0
        while usable < len(self._plan) and span % self._plan[usable].unit == 0:
            usable += 1
        self._draw(usable)
        found: list[Bar] = []
        open_of: Callable[[Millis], Millis] = frame.open_of
        for zone in reversed(self._zones[:usable]):
            for bar in zone:
                opened = open_of(bar.open_time)
                if found and found[-1].open_time == opened:
                    found[-1].merge(bar)
                else:
                    found.append(bar.copy(opened))
        return found[-max(self._count, DAY // MINUTE + 1) :]

    def _draw(self, zones: int) -> None:
        while len(self._zones) < zones:
            newer = self._zones[-1] if self._zones else []
            price = newer[0].open if newer else self._first_price
            self._zones.append(self._make(self._plan[len(self._zones)], price))


def drawn_past(
    market: Market, start: Millis, price: int, *, chance: Random, pace: Pace, count: int = 1_000
) -> Past:
    """A past that is drawn backwards from the first price.

    price: what the market trades at when it starts, price quanta.
    count: how many candles of an interval there are at least, but for weeks and months.
    """
    home = max(price, market.tick)

    def make(zone: Zone, close: int) -> list[Bar]:
        draw = _Drawing(market, pace, zone.unit, home, chance)
        bars: list[Bar] = []
        for opened in range(zone.end - zone.unit, zone.begin - 1, -zone.unit):
            bar = draw.bar(Millis(opened), close)
            close = bar.open
            bars.append(bar)
        bars.reverse()
        return bars

    return Past(start, home, _zones_of(start, count), make, count=count)


class _Drawing:
    """Draws the candles of one length, each before the other."""

    def __init__(self, market: Market, pace: Pace, unit: int, home: int, chance: Random) -> None:
        share = unit / DAY
        self._market = market
        self._home = home
        self._next = chance.random
        self._step = pace.volatility * share**0.5
        self._pull = _PULL * share
        self._volume = pace.volume * share
        self._trades = pace.trades * share

    def bar(self, opened: Millis, close: int) -> Bar:
        draw, tick = self._next, self._market.tick
        move = (draw() + draw() + draw() - 1.5) * 2 * self._step
        move += self._pull * (self._home - close) / self._home
        floor = tick * _LEAST_TICKS
        begun = max(int(close * (1 + move)) // tick * tick, floor)
        top, bottom = (begun, close) if begun > close else (close, begun)
        high = int(top * (1 + draw() * self._step * _WICK)) // tick * tick
        low = int(bottom * (1 - draw() * self._step * _WICK)) // tick * tick
        high, low = max(high, top), min(max(low, floor), bottom)
        volume = self._on_step(self._volume * (0.5 + draw()))
        bought = self._on_step(volume * (0.35 + 0.3 * draw()))
        mean = (begun + close) // 2
        worth = turnover(self._market, mean, volume)
        worth_bought = turnover(self._market, mean, bought)
        trades = max(int(self._trades * (0.5 + draw())), 1) if volume else 0
        return Bar(
            opened, begun, high, low, close, volume, worth, trades, bought, worth_bought
        )  # fmt: skip

    def _on_step(self, amount: float) -> int:
        return int(amount) // self._market.step * self._market.step


def _zones_of(start: int, count: int) -> list[Zone]:
    """Seconds before the start, then minutes, quarters of an hour, hours and days."""
    opened = start // SECOND * SECOND
    seconds = (opened - count * SECOND) // MINUTE * MINUTE
    minutes = (seconds - count * QUARTER) // HOUR * HOUR
    quarters = (minutes - count * HOUR) // DAY * DAY
    hours = (quarters - count * 12 * HOUR) // DAY * DAY
    days = hours - 2 * count * DAY
    ends = (opened, seconds, minutes, quarters, hours, days)
    units = (SECOND, MINUTE, QUARTER, HOUR, DAY)
    zones = [Zone(unit, max(ends[n + 1], 0), ends[n]) for n, unit in enumerate(units)]
    return [zone for zone in zones if zone.end > 0]


def _open_time(bar: Bar) -> Millis:
    return bar.open_time


def _prepended(later: Bar, earlier: Bar) -> Bar:
    both = earlier.copy()
    both.merge(later)
    return both
