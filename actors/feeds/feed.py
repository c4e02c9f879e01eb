"""The candle feed of one pair and one frame: keeps order, remembers, and tells on.

Every closed candle comes through here, so the usual case is a handful of steps: it is the next
one, it goes into the ring, and to the subscribers as the same object. What is not the next one is
looked at apart. What a candle says was checked where it came from.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime import Actor, Millis, on
from ..exchange.gate.messages import HistoryHeld, HistoryMissing
from ..exchange.messages import FetchCandles
from ..market.candle import Candle
from ..market.timeframe import TimeFrame
from .messages import BadLimit, FeedCounts, GapFound, GetCandles, GetCounts, GetLast
from .ring import BLOCK, CAPACITY, CandleRing

_NEVER: Final = -(1 << 62)  # ms; added to a time it gives none at which a candle can begin


class CandleFeed(Actor):
    """Takes `Candle` and publishes it; answers `GetCandles`, `GetLast` and `GetCounts`.

    Time must advance: a candle that repeats, comes late or lies off the frame's grid is dropped
    and counted, a gap is counted and published as `GapFound`.

    connector: path of who knows the candles of before (`FetchCandles`), asked at every start, so
    that a feed that crashed remembers again; None: it begins empty.
    gate: path of who is told when the past is known; None: nobody.
    capacity: how many candles it remembers, for those who start or restart later.
    """

    def __init__(
        self,
        symbol: str,
        frame: TimeFrame,
        *,
        connector: str | None = None,
        gate: str | None = None,
        capacity: int = CAPACITY,
    ) -> None:
        self._symbol = symbol
        self._frame = frame
        self._connector = connector
        self._gate = gate
        self._ring = CandleRing(capacity)
        self._new = self._ring.new  # appended to here: a call less for every bar
        self._step = frame.length if frame.is_fixed else _NEVER  # a month: ask the calendar
        self._due = _NEVER  # when the next candle begins, ms
        self._repeated = 0
        self._late = 0
        self._misplaced = 0
        self._gaps = 0
        self._missing = 0

    async def on_start(self) -> None:
        self._publish = self.publish  # a name of its own, which the interpreter finds at once
        gate = None if self._gate is None else self.lookup(self._gate)
        series = f"{self._symbol} {self._frame}"
        if gate is not None:
            gate.tell(HistoryMissing(series))
        if self._connector is not None:
            question = FetchCandles(self._symbol, str(self._frame), self._ring.capacity)
            for candle in await self.ask(self.lookup(self._connector), question):
                self._due = candle.at + self._step
                self._ring.add(candle)
        if gate is not None:
            gate.tell(HistoryHeld(series))

    @on(Candle)
    def candle(self, candle: Candle) -> None:
        at = candle.at
        if at != self._due and not self._comes_later(at):
            return
        self._due = at + self._step
        new = self._new
        new.append(candle)
        if len(new) >= BLOCK:
            self._ring.pack()
        publish = self._publish
        publish(candle)

    @on(GetCandles)
    def candles(self, message: GetCandles) -> NDArray[np.float64]:
        if message.limit < 1:
            raise BadLimit(self.path, message.limit)
        return self._ring.snapshot(message.limit)

    @on(GetLast)
    def last(self, _: GetLast) -> Candle | None:
        return self._ring.newest

    @on(GetCounts)
    def counts(self, _: GetCounts) -> FeedCounts:
        return FeedCounts(self._repeated, self._late, self._misplaced, self._gaps, self._missing)

    def _comes_later(self, at: Millis) -> bool:
        # Of a candle that is not known to be the next one: the first, one of a month, or a fault.
        newest = self._ring.newest
        if newest is None:
            return True
        steps = self._frame.steps_between(newest.at, at)
        if steps == 0:
            self._repeated += 1
        elif at < newest.at:
            self._late += 1
        elif steps is None:
            self._misplaced += 1
        else:
            if steps > 1:
                self._gaps += 1
                self._missing += steps - 1
                self.publish(GapFound(self._symbol, str(self._frame), newest.at, at, steps - 1))
            return True
        return False
