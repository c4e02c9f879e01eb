"""The producer of a mode: it shows candles to an evaluation and publishes what that advises.

After a restart it shows what the feed remembers to a fresh evaluation, without a word to anybody,
and goes on with what is newer. So a signal may be missed while it is down, and none comes twice.
Where the feed remembers nothing yet, since its venue is away, that is done once it has caught up.

What a feed catches up on after an outage is shown to the evaluation too, and what that advises is
not said: the price of then is not to be had now.

Behind a closed gate the evaluation is shown nothing (R4). When it opens a fresh one is shown the
feed's memory, in silence, as after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from ...runtime import Actor, Millis, on
from ..exchange.gate.messages import GateClosed, GateOpened
from ..exchange.gate.verdicts import Verdicts
from ..feeds.messages import FeedCaughtUp, GetCandles
from ..market.candle import Candle
from ..market.side import Side
from ..market.timeframe import TimeFrame
from .messages import Signal

MEMORY = 3_000  # candles that are asked of the feed after a restart

_NOTHING: Final = Millis(-1)  # as the time of the last candle that is known
_ALL: Final = Millis(1 << 62)  # the same; no candle is newer


class Evaluation(Protocol):
    """What a producer runs: candles in, advice out, nothing else in or out."""

    def add(self, candle: Candle, /) -> Side | None:
        """The side that this candle, the next in time, advises."""


class Producer(Actor):
    """Hears the candles of one feed and publishes `Signal`.

    symbol: what the feed is of. feed: where it is. evaluation: makes a fresh one. frame: of the
    candles; None: every candle is news, however long ago it closed. gate: where the gate is behind
    which it works; None: there is none.
    """

    def __init__(
        self,
        symbol: str,
        *,
        feed: str,
        evaluation: Callable[[], Evaluation],
        frame: TimeFrame | None = None,
        gate: str | None = None,
    ) -> None:
        self._gate = gate
        self._verdicts = Verdicts((symbol,), "" if frame is None else str(frame))
        self._frame = frame
        is_fixed = frame is not None and frame.is_fixed
        self._two_frames = 2 * frame.length if frame is not None and is_fixed else None  # ms
        self._symbol = symbol
        self._feed = feed
        self._evaluation = evaluation
        self._add = evaluation().add
        # When the last candle began that is shown or need not be: of them and before, none is.
        self._known = _NOTHING

    async def on_start(self) -> None:
        feed = self.lookup(self._feed)
        self.subscribe(feed, Candle)  # first: what comes while the feed answers waits here
        self.subscribe(feed, FeedCaughtUp)
        if self._gate is not None:
            await self._verdicts.follow(self, self.lookup(self._gate))
        if self._verdicts:
            self._known = _ALL
        else:
            await self._show_past()

    @on(FeedCaughtUp)
    async def caught_up(self, _: FeedCaughtUp) -> None:
        if self._known == _NOTHING:  # it had no past to tell before
            await self._begin_anew()

    @on(GateOpened, GateClosed)
    async def gate_turned(self, message: GateOpened | GateClosed) -> None:
        was_closed = bool(self._verdicts)
        self._verdicts.hear(message)
        if self._verdicts:
            self._known = _ALL
        elif was_closed:
            await self._begin_anew()

    @on(Candle)
    def candle(self, message: Candle) -> None:
        if message.at <= self._known:
            return  # it was waiting here while the feed was asked
        add = self._add  # called by `self._add(…)` it would be looked for in the class first
        side = add(message)
        if side is not None and not self._is_past(message.at):
            self.publish(Signal(self._symbol, side, message.close, message.at))

    async def _begin_anew(self) -> None:
        self._add = self._evaluation().add
        self._known = _NOTHING
        await self._show_past()

    async def _show_past(self) -> None:
        """Show a fresh evaluation what the feed remembers."""
        feed = self.lookup(self._feed)
        for row in (await self.ask(feed, GetCandles(MEMORY))).tolist():
            candle = Candle(Millis(int(row[0])), *row[1:])
            self._add(candle)
            self._known = candle.at

    def _is_past(self, at: Millis) -> bool:
        """Whether the candle that began then is not the latest that has closed."""
        if self._two_frames is not None:
            return self.now >= at + self._two_frames
        frame = self._frame  # a month: ask the calendar
        return frame is not None and self.now >= frame.close_of(frame.close_of(at))
