"""What may follow a closed candle: closed candles are unique and never change (D3, M8).

A venue repeats itself, delivers late, and sometimes says of a candle that has closed that it was
another one. The first word stands: whoever traded on it did so for good. A second word that differs
is an event, `CandleRevised`, for those who keep history or watch the venue.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import attrs

from ...runtime import Millis
from ..market.candle import Candle, fault_of
from ..market.timeframe import TimeFrame

REMEMBERED: Final = 100  # closed candles


@attrs.frozen
class CandleClosed:
    """A candle has closed, after all that closed before it."""

    candle: Candle
    missing: int = 0  # candles between the last one and this


@attrs.frozen
class CandleRevised:
    """A closed candle is told differently now. What was kept of it stays as it was."""

    was: Candle
    now: Candle


@attrs.frozen
class CandleRepeated:
    """A closed candle was told again, word for word."""

    candle: Candle


@attrs.frozen
class CandleRefused:
    """What was told cannot be a closed candle: off the grid, late and unknown, or impossible."""

    candle: Candle
    reason: str


CandleEvent = CandleClosed | CandleRevised | CandleRepeated | CandleRefused


class ClosedCandles:
    """The newest closed candles of one pair and frame, and the judgement of the next one."""

    def __init__(self, frame: TimeFrame, *, remembered: int = REMEMBERED) -> None:
        self._frame = frame
        self._remembered = remembered
        self._closed: OrderedDict[Millis, Candle] = OrderedDict()

    @property
    def newest(self) -> Candle | None:
        """The candle that closed last."""
        return next(reversed(self._closed.values()), None)

    def known(self, at: Millis) -> Candle | None:
        """The closed candle that began then, where it is one of the newest."""
        return self._closed.get(at)

    def told(self, candle: Candle) -> CandleEvent:
        """What it means that a venue, or a builder, calls this candle closed."""
        known = self._closed.get(candle.at)
        if known == candle:
            return CandleRepeated(candle)
        fault = fault_of(candle)
        if fault is not None:
            return CandleRefused(candle, fault)
        if known is not None:
            return CandleRevised(known, candle)
        if not self._frame.is_aligned(candle.at):
            return CandleRefused(candle, f"no candle of {self._frame} begins then")
        newest = self.newest
        steps = 1 if newest is None else self._frame.steps_between(newest.at, candle.at)
        if steps is None or steps < 1:
            return CandleRefused(candle, "it closed before the newest and was not kept")
        self._closed[candle.at] = candle
        if len(self._closed) > self._remembered:
            self._closed.popitem(last=False)
        return CandleClosed(candle, steps - 1)
