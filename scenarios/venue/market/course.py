"""How the price of an underlying went before the venue opened, for all markets of it.

Spot and contracts of one coin went one way, as they will once the venue is open. So the way is
drawn once, in multiples of the first price, and each market makes its own candles of it: with its
own first price, on its own tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from ....runtime import Millis
from ....runtime.chance import stream
from .intervals import DAY, HOUR, MINUTE, SECOND

QUARTER: Final = 15 * MINUTE
_PULL: Final = 0.02  # how much of its distance from the first price a day's candle gives back
_WICK: Final = 0.6  # of the usual step
_LEAST: Final = 1e-6


class Zone(NamedTuple):
    """A stretch of time with candles of one length, back to back."""

    unit: int  # ms
    begin: int
    end: int  # the first ms after it


class Stretch(NamedTuple):
    """Where the price was in one candle, in multiples of the first price."""

    open: float
    high: float
    low: float
    close: float


class Course:
    """The way of a price to 1, drawn backwards from there, zone by zone.

    volatility: of a day. count: how many candles of an interval there are at least.
    """

    def __init__(
        self, start: Millis, volatility: float, chance: Random, *, count: int = 1_000
    ) -> None:
        self.zones: Sequence[Zone] = _zones_of(start, count)  # from the newest to the oldest
        self.start = start
        self.count = count
        self._volatility = volatility
        self._next = chance.random
        self._drawn: list[list[Stretch]] = []

    def stretches(self, zone: Zone) -> list[Stretch]:
        """What the candles of a zone are made of, oldest first."""
        number = self.zones.index(zone)
        while len(self._drawn) <= number:
            close = self._drawn[-1][0].open if self._drawn else 1.0
            self._drawn.append(self._draw(self.zones[len(self._drawn)], close))
        return self._drawn[number]

    def _draw(self, zone: Zone, close: float) -> list[Stretch]:
        share, draw = zone.unit / DAY, self._next
        step = self._volatility * share**0.5
        pull = _PULL * share
        found: list[Stretch] = []
        for _ in range(zone.begin, zone.end, zone.unit):
            # The sum of three draws is nearly normal; times two its deviation is 1.
            move = (draw() + draw() + draw() - 1.5) * 2 * step + pull * (1 - close)
            begun = max(close * (1 + move), _LEAST)
            top, bottom = (begun, close) if begun > close else (close, begun)
            high = top * (1 + draw() * step * _WICK)
            low = max(bottom * (1 - draw() * step * _WICK), 0.0)
            found.append(Stretch(begun, high, low, close))
            close = begun
        found.reverse()
        return found


class Courses:
    """The courses of all underlyings of a venue, each from a chance stream of its own.

    title: what the stream of an underlying is called, with `{}` in place of its name.
    """

    def __init__(self, seed: int, start: Millis, title: str) -> None:
        self._seed = seed
        self._start = start
        self._title = title
        self._courses: dict[tuple[str, float, int], Course] = {}

    def of(self, name: str, volatility: float, *, count: int = 1_000) -> Course:
        """The course of an underlying."""
        key = (name, volatility, count)
        if key not in self._courses:
            chance = stream(self._seed, self._title.format(name))
            self._courses[key] = Course(self._start, volatility, chance, count=count)
        return self._courses[key]


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
