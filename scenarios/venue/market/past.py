"""What a market traded at before the venue opened, so that there is history from the first moment.

A client asks for a thousand candles when it connects. They are drawn backwards from the first
price, along the course of the underlying, when somebody asks: seconds near the start, then
minutes, quarters of an hour, hours and days, each zone joined to the next; every longer candle is
made of the shorter ones. No trade and no order stands behind them. A replay takes the candles
before its start instead.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random
from typing import Final

import msgspec

from ....actors.matching.markets import Market
from ....runtime import Millis
from .course import Course, Stretch, Zone
from .intervals import DAY, MINUTE, frame_of
from .records import Bar
from .turnover import turnover

_LEAST_TICKS: Final = 50  # no candle lies lower than this many ticks


class Pace(msgspec.Struct, frozen=True):
    """How much traded in a market: the scale of what is drawn."""

    volume: int = 0  # amount quanta of a day
    trades: int = 20_000  # of a day


Make = Callable[[Zone, int], list[Bar]]


class Past:
    """Candles before `start`, oldest first, for each interval.

    zones: from the newest to the oldest, each at least as coarse as the one before and beginning
    where a candle of the next one ends.
    make: the bars of a zone, given the price at its end; called once for each, in that order.
    count: how many candles of an interval are kept at least.
    last_id: of the last trade before the start; 0: those trades have no ids.
    """

    def __init__(
        self,
        start: Millis,
        price: int,
        zones: Sequence[Zone],
        make: Make,
        *,
        count: int = 1_000,
        last_id: int = 0,
    ) -> None:
        self.start = start
        self.last_id = last_id
        self._next_last = last_id  # of the newest candle that is not drawn yet
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

    def changed(self, change: Callable[[Bar], Bar]) -> Past:
        """The past of something else that follows from this one, candle by candle."""

        def make(zone: Zone, _price: int) -> list[Bar]:
            number = self._plan.index(zone)
            self._draw(number + 1)
            return [change(bar) for bar in self._zones[number]]

        return Past(self.start, self._first_price, self._plan, make, count=self._count)

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
            bars = self._make(self._plan[len(self._zones)], price)
            self._zones.append(bars)
            self._number(bars)

    def _number(self, bars: list[Bar]) -> None:
        """Give the trades ids, backwards from the start."""
        for bar in reversed(bars):
            if bar.trades and self._next_last >= bar.trades:
                bar.last_id = self._next_last
                self._next_last -= bar.trades
                bar.first_id = self._next_last + 1


def drawn_past(
    market: Market,
    price: int,
    *,
    course: Course,
    chance: Random,
    pace: Pace,
    last_id: int = 0,
) -> Past:
    """A past that goes as its underlying went.

    price: what the market trades at when it starts, price quanta.
    chance: what traded in each candle is drawn from it.
    last_id: of the last trade before the start; see `ids_before`.
    """
    home = max(price, market.tick)

    def make(zone: Zone, _close: int) -> list[Bar]:
        draw = _Drawing(market, pace, zone.unit, home, chance)
        opens = range(zone.begin, zone.end, zone.unit)
        stretches = course.stretches(zone)
        return [
            draw.bar(Millis(opened), each) for opened, each in zip(opens, stretches, strict=True)
        ]

    return Past(course.start, home, course.zones, make, count=course.count, last_id=last_id)


def ids_before(course: Course, pace: Pace) -> int:
    """So many trades at least as the candles of a course can have: ids for all of them."""
    most = 0
    for zone in course.zones:
        in_one = int(1.5 * pace.trades * zone.unit / DAY) + 1
        most += (zone.end - zone.begin) // zone.unit * in_one
    return most


class _Drawing:
    """Makes the candles of one market and length of how its price went."""

    def __init__(self, market: Market, pace: Pace, unit: int, home: int, chance: Random) -> None:
        share = unit / DAY
        self._market = market
        self._home = home
        self._floor = market.tick * _LEAST_TICKS
        self._next = chance.random
        self._volume = pace.volume * share
        self._trades = pace.trades * share

    def bar(self, opened: Millis, stretch: Stretch) -> Bar:
        draw = self._next
        begun, high, low, close = map(self._price, stretch)
        volume = self._on_step(self._volume * (0.5 + draw()))
        bought = self._on_step(volume * (0.35 + 0.3 * draw()))
        mean = (begun + close) // 2
        worth = turnover(self._market, mean, volume)
        worth_bought = turnover(self._market, mean, bought)
        trades = max(int(self._trades * (0.5 + draw())), 1) if volume else 0
        return Bar(
            opened, begun, high, low, close, volume, worth, trades, bought, worth_bought
        )  # fmt: skip

    def _price(self, multiple: float) -> int:
        tick = self._market.tick
        return max(round(self._home * multiple / tick) * tick, min(self._floor, self._home))

    def _on_step(self, amount: float) -> int:
        return int(amount) // self._market.step * self._market.step


def _open_time(bar: Bar) -> Millis:
    return bar.open_time


def _prepended(later: Bar, earlier: Bar) -> Bar:
    both = earlier.copy()
    both.merge(later)
    return both
