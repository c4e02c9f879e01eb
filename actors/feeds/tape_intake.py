"""How a symbol feed takes the candles of a tape: of one frame, told one by one.

Every closed candle of a backtest comes through here, so its usual case is a handful of steps: it is
the next one, it goes into the ring, and to the subscribers as the same object. Whatever else is
wanted stands behind one cheap check. What a candle says was checked where it came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...runtime import AskError, Refusal, on
from ..exchange.errors import NotOffered
from ..exchange.market_messages import FetchCandles
from ..market.candle import Candle
from ..market.timeframe import TimeFrame
from .arming import path_of
from .asking import CANDLES, Asking
from .feed_word import FeedWord
from .follow import Follow
from .messages import CandleEnded, MarkPriceChanged
from .ring import BLOCK

NEVER: Final = -(1 << 62)  # ms; added to a time it gives none at which a candle can begin


class TapeIntake(FeedWord):
    """The part of `SymbolFeed` that a backtest runs."""

    _asking: Asking

    def __init__(
        self,
        symbol: str,
        frames: Sequence[TimeFrame],
        *,
        follow: Follow,
        gate: str | None,
        connector: str | None,
    ) -> None:
        super().__init__(symbol, frames, follow=follow, gate=gate)
        self._connector = connector
        base = self._base
        self._new = base.ring.new  # appended to here: a call less for every bar
        self._pack = base.ring.pack
        self._step = base.frame.length if base.frame.is_fixed else NEVER  # a month: the calendar
        self._due = NEVER  # when the next candle begins, ms
        self._audience: object = None  # who heard this feed when that was looked at

    def on_start(self) -> Any:
        super().on_start()
        self._publish = self.publish  # a name of its own, which the interpreter finds at once

    @on(Candle)
    def candle(self, candle: Candle) -> None:
        at = candle.at
        if at != self._due and not self._comes_later(candle):
            return
        self._due = at + self._step
        new = self._new
        new.append(candle)
        if len(new) >= BLOCK:
            self._pack()
        publish = self._publish
        publish(candle)
        if self._is_more or self._cell.audience is not self._audience:
            self._tell_more(candle)

    async def _start_tape(self) -> None:
        if self._connector is None:
            self._take_tape_past(())
            return
        question = FetchCandles(self._symbol, self._base.name, self._follow.capacity)
        try:
            past = await self.ask(self.lookup(self._connector), question)
        except NotOffered:
            raise  # a tape of something else: no waiting helps
        except (Refusal, AskError):
            self._asking.pause(CANDLES + self._base.name)
        else:
            self._take_tape_past(past)

    def _take_tape_past(self, past: Sequence[Candle]) -> None:
        told = self._base.ring.newest
        if told is None or (past and past[-1].at >= told.at):
            self._base.ring.clear()  # a tape that went on while nobody told its past has it all now
            for candle in past:
                self._base.ring.add(candle)
        self._base.is_behind = False
        self._due = NEVER  # so that the next candle is looked at
        self._frames.prime()
        self._stand_candles()

    def _comes_later(self, candle: Candle) -> bool:
        # Of a candle that is not known to be the next one: the first, one of a month, or a fault.
        if not self._base.follows(candle.at):
            return False
        gap = self._base.gap_before(candle.at)
        if gap is not None:
            self._telling.tell((gap,))
        self._hold("price")
        return True

    def _tell_more(self, candle: Candle) -> None:
        """Whatever is wanted besides the bare candle; and whether anything is, the next time."""
        self._telling.deliver(candle)
        self._telling.tell((CandleEnded(self._symbol, self._base.name, candle),))
        self._telling.tell(self._frames.rise(candle))
        if self._armed:
            for price in path_of(candle):
                self._cross("last", price, at=self._utc)
        self._quote_close()
        self._weigh_mark()
        is_built = len(self._frames.series) > 1
        self._is_more = is_built or bool(self._armed or self._telling.wanted) or self._is_heard()
        self._audience = self._cell.audience

    def _is_heard(self) -> bool:
        kinds = CandleEnded, MarkPriceChanged
        audience: Mapping[type, object] = self._cell.audience
        return any(audience.get(kind) != () for kind in kinds)
