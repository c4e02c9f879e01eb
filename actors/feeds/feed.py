"""The candle feed of one pair and one frame: keeps order, remembers, and tells on.

Every closed candle comes through here, so the usual case is a handful of steps: it is the next
one, it goes into the ring, and to the subscribers as the same object. What is not the next one is
looked at apart. What a candle says was checked where it came from.

A tape's candles are told to the feed. A venue's are watched: then the venue's own past fills what
the line missed, before anybody hears of what came after it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...runtime import Actor, AskError, Millis, Refusal, Tell, Timer, on
from ..exchange.backoff import Backoff
from ..exchange.errors import NotOffered
from ..exchange.gate.messages import TopicHeld, TopicLost
from ..exchange.gate.requirements import Requirement
from ..exchange.messages import CandleReported, FetchCandles, LineChanged, Watch
from ..market.candle import Candle
from ..market.timeframe import TimeFrame
from .messages import BadLimit, FeedCaughtUp, FeedCounts, GapFound, GetCandles, GetCounts, GetLast
from .ring import BLOCK, CAPACITY, CandleRing

_NEVER: Final = -(1 << 62)  # ms; added to a time it gives none at which a candle can begin
LEAST: Final = Millis(1_000)  # until a venue that did not tell its past is asked again
MOST: Final = Millis(60_000)


class Intake(Enum):
    """How candles come to a feed."""

    TOLD = "told"  # one by one, by whoever has the tape
    WATCHED = "watched"  # by the connector, which is asked to watch the market


class _CatchUp(msgspec.Struct, Tell, frozen=True):
    """Time to ask the venue again for what is missing."""


class CandleFeed(Actor):
    """Takes `Candle` and publishes it; answers `GetCandles`, `GetLast` and `GetCounts`.

    Where it watches, or was behind, it publishes `FeedCaughtUp` each time that nothing of the past
    is missing.

    Time must advance: a candle that repeats, comes late or lies off the frame's grid is dropped
    and counted, a gap is counted and published as `GapFound`.

    connector: path of who knows the candles of before (`FetchCandles`), asked at every start, so
    that a feed that crashed remembers again; None: it begins empty. Where it does not tell them the
    feed is behind, which is a state and no crash (C12): it asks again, after pauses that grow.
    capacity: how many candles it remembers, for those who start or restart later.
    intake: how later ones come. gate: path of who is told whether the past is known; None: nobody.
    """

    def __init__(
        self,
        symbol: str,
        frame: TimeFrame,
        *,
        connector: str | None = None,
        capacity: int = CAPACITY,
        intake: Intake = Intake.TOLD,
        gate: str | None = None,
    ) -> None:
        self._symbol = symbol
        self._frame = frame
        self._connector = connector
        self._intake = intake
        self._gate = gate
        self._again: Timer | None = None  # for the next question of one that is behind
        self._is_behind = False  # what comes now is not told on: the venue's past will have it
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
        if self._connector is None:
            return
        self._backoff = Backoff(self.chance, least=LEAST, most=MOST)
        self._lose("the feed has started, and has no history yet")
        if self._intake is Intake.WATCHED:
            self._watch(self._connector)
        await self._catch_up()  # a venue that is away is a state of the line, no crash of ours

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

    @on(CandleReported)
    async def reported(self, message: CandleReported) -> None:
        if message.symbol != self._symbol or message.frame != str(self._frame):
            return
        candle, newest = message.candle, self._ring.newest
        if not self._is_behind and (
            newest is None or self._frame.steps_between(newest.at, candle.at) == 1
        ):
            self.candle(candle)
        elif newest is None or candle.at > newest.at:
            await self._catch_up()
        else:
            self._comes_later(candle.at)  # it is counted, and that is all

    @on(LineChanged)
    async def line_changed(self, message: LineChanged) -> None:
        if message.line.state == "up" and self._connector is not None:
            self._watch(self._connector)
            await self._catch_up()
        elif not self._is_behind:
            self._lose("the line is not up")

    @on(_CatchUp)
    async def catch_up(self, _: _CatchUp) -> None:
        self._again = None
        if self._is_behind:
            await self._catch_up()

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

    # -- a venue's candles

    def _watch(self, connector: str) -> None:
        """Hear the connector; asking twice is asking once."""
        source = self.lookup(connector)
        self.subscribe(source, LineChanged)
        self.subscribe(source, CandleReported)
        source.tell(Watch(self._symbol, "candles", str(self._frame)))

    async def _remember(self, connector: str) -> None:
        """Take in the past, which nobody is told of."""
        question = FetchCandles(self._symbol, str(self._frame), self._ring.capacity)
        past = await self.ask(self.lookup(connector), question)
        told = self._ring.newest
        if told is not None:  # a tape went on while nobody told its past, which has it all now
            if not past or past[-1].at < told.at:
                return
            self._ring.clear()
        for candle in past:
            self._due = candle.at + self._step
            self._ring.add(candle)

    async def _catch_up(self) -> None:
        """Tell on what closed since the newest candle, or try again later."""
        if self._connector is None:
            return
        newest = self._ring.newest
        try:
            if newest is None or self._intake is Intake.TOLD:
                await self._remember(self._connector)
            else:
                await self._fill(self._connector, newest.at)
        except (Refusal, AskError) as error:
            if isinstance(error, NotOffered) and self._intake is Intake.TOLD:
                raise  # a tape of something else: no waiting helps
            self._fall_behind()
            return
        was_behind, self._is_behind = self._is_behind, False
        self._backoff.succeed()
        self._tell_gate(TopicHeld(self._topic, self.elapsed))
        if was_behind or self._intake is Intake.WATCHED:
            self.publish(FeedCaughtUp(self._symbol, str(self._frame), self.now))

    async def _fill(self, connector: str, after: Millis) -> None:
        passed = max(0, self.now - after) // self._frame.length if self._frame.is_fixed else 2
        limit = min(self._ring.capacity, passed + 2)
        question = FetchCandles(self._symbol, str(self._frame), limit)
        for candle in await self.ask(self.lookup(connector), question):
            if candle.at > after:
                self.candle(candle)

    def _fall_behind(self) -> None:
        self._is_behind = True
        self._lose("the venue does not tell its past")
        if self._again is None:  # else it is asked again already, by whatever else has failed
            self._again = self.after(self._backoff.next(), _CatchUp())

    @property
    def _topic(self) -> Requirement:
        return Requirement("candles", self._symbol, str(self._frame))

    def _lose(self, why: str) -> None:
        self._tell_gate(TopicLost(self._topic, self.elapsed, why))

    def _tell_gate(self, fact: TopicHeld | TopicLost) -> None:
        if self._gate is not None:
            self.lookup(self._gate).tell(fact)

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
