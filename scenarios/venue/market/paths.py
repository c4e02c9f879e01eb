"""Seeded price paths: what a market is worth at each instant, before anybody trades.

A path is neither a price that somebody paid nor one in the engine: simulated traders quote around
it. It moves on a grid of seconds, by additions and products of drawn numbers alone, so that the
same seed gives the same path on every machine, however often it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType
from typing import Final, Literal, Protocol

import msgspec

from ....runtime import Millis
from .intervals import DAY, HOUR, SECOND

Shape = Literal["walk", "trend", "range", "gap", "flash_crash", "thin_book"]

THIN: Final = 0.08  # how much of a usual book a thin one has
_CRASH_FALL: Final = 90  # seconds from the top to the bottom
_CRASH_REST: Final = 30
_CRASH_RISE: Final = 900
_LEAST: Final = 1e-9
_RANGE_PULL: Final = 40.0  # a day: how strongly a range pulls back to its middle

_USUAL: Final[Mapping[str, float]] = MappingProxyType(
    {
        "BTC": 60_000.0,
        "ETH": 3_000.0,
        "BNB": 580.0,
        "SOL": 150.0,
        "LTC": 80.0,
        "LINK": 14.0,
        "DOT": 6.0,
        "XRP": 0.55,
        "ADA": 0.40,
        "DOGE": 0.12,
        "TRX": 0.13,
    }
)


def usual_price(base: str, quote: str) -> float:
    """About what a pair trades at; 10 where nothing is known of its assets."""
    return _USUAL.get(base, 10.0) / _USUAL.get(quote, 1.0)


class PathPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a price moves; rates are fractions, 0.01 for a percent."""

    shape: Shape = "walk"
    volatility: float = 0.03  # of a day
    drift: float = 0.0  # of a day; of a trend 0 stands for 0.05
    band: float = 0.02  # range: the usual distance from its middle
    jump: float = 0.03  # gap: at once
    depth: float = 0.15  # flash crash: from top to bottom
    recovery: float = 0.9  # flash crash: how much of it comes back
    every: float = 8.0  # hours between two gaps or crashes, about


class MarketPath(Protocol):
    """What a market is worth."""

    def price_at(self, now: Millis) -> float:
        """Quote units for one of base. Not asked for a time before one that it was asked for."""
        ...

    def thickness_at(self, now: Millis) -> float:
        """How much of a usual book there is, > 0."""
        ...


class SeededPath:
    """A path that is drawn second by second.

    price: at `start`, quote units for one of base, > 0.
    """

    def __init__(self, plan: PathPlan, price: float, start: Millis, chance: Random) -> None:
        self._plan = plan
        self._home = price
        self._walk = price  # without jumps and crashes
        self._level = 1.0  # what gaps and crashes left of it
        self._second = start // SECOND
        self._draw = chance.random
        self._step = plan.volatility * (SECOND / DAY) ** 0.5
        self._drift = _drift_of(plan) * SECOND / DAY
        self._pull = _RANGE_PULL * SECOND / DAY if plan.shape == "range" else 0.0
        if plan.shape == "range":  # its distance from the middle follows from step and pull
            self._step = plan.band * (2 * self._pull) ** 0.5
        self._event = self._next_event(self._second)  # the second of what happens next
        self._factor = 1.0  # what a crash that is on leaves of the price
        self._crashed_at: int | None = None

    def price_at(self, now: Millis) -> float:
        """The price as of the last whole second."""
        second = now // SECOND
        if second > self._second:
            self._advance(second)
        return self._walk * self._level * self._factor

    def thickness_at(self, now: Millis) -> float:
        """Thin all the time, or while a crash lasts."""
        self.price_at(now)
        if self._plan.shape == "thin_book" or self._crashed_at is not None:
            return THIN
        return 1.0

    def _advance(self, second: int) -> None:
        while self._second < second:
            stop = min(second, self._event)
            self._stroll(stop - self._second)
            self._second = stop
            if stop == self._event:
                self._happen(stop)
        if self._crashed_at is not None:
            self._factor = _crash(self._plan, second - self._crashed_at)

    def _stroll(self, seconds: int) -> None:
        draw, step, drift, walk = self._draw, self._step, self._drift, self._walk
        pull, home = self._pull, self._home
        # The sum of three draws is nearly normal; times two its deviation is 1.
        for _ in range(seconds):
            move = (draw() + draw() + draw() - 1.5) * 2 * step + drift
            if pull:
                move += pull * (home - walk) / home
            walk += walk * move
        self._walk = max(walk, _LEAST)

    def _happen(self, second: int) -> None:
        """A gap has come, a crash begins or is over."""
        plan = self._plan
        if plan.shape == "flash_crash" and self._crashed_at is None:
            self._crashed_at = second
            self._event = second + _CRASH_FALL + _CRASH_REST + _CRASH_RISE
            return
        if plan.shape == "gap":
            sign = 1 if self._draw() < 0.5 else -1  # noqa: PLR2004 - a coin
            self._level *= 1 + sign * plan.jump * (0.5 + self._draw())
        else:
            self._level *= 1 - plan.depth * (1 - plan.recovery)
            self._factor = 1.0
            self._crashed_at = None
        self._event = self._next_event(second)

    def _next_event(self, second: int) -> int:
        if self._plan.shape not in ("gap", "flash_crash"):
            return 1 << 62
        return second + int(self._plan.every * HOUR / SECOND * (0.5 + self._draw()))


def _crash(plan: PathPlan, since: int) -> float:
    """What a crash leaves of the price, so many seconds after it began."""
    if since < _CRASH_FALL:
        return 1 - plan.depth * since / _CRASH_FALL
    since -= _CRASH_FALL + _CRASH_REST
    if since < 0:
        return 1 - plan.depth
    return 1 - plan.depth * (1 - plan.recovery * since / _CRASH_RISE)


def _drift_of(plan: PathPlan) -> float:
    return plan.drift or (0.05 if plan.shape == "trend" else 0.0)
