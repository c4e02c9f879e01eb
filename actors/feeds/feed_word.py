"""What a symbol feed says to others of its own accord: to subscribers, to armers, to the gate.

It stands between what the feed knows (`feed_reads`) and how that comes in (`symbol_feed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from ...runtime import Millis, Tell, Terminated, on
from ..exchange.gate.requirements import Requirement
from ..market.timeframe import TimeFrame
from .arming import ArmedPrices
from .feed_reads import FeedReads
from .follow import Follow
from .freshness import Fresh
from .mark_price import MarkPrice, NoMarkPrice
from .messages import (
    Arm,
    Disarm,
    GetSubscriptions,
    MarkPriceChanged,
    PriceKind,
    Subscribe,
    SubscriptionCounts,
    ThresholdCrossed,
    Unsubscribe,
)
from .standing import Standing
from .telling import LookAgain, Telling
from .thresholds import ThresholdId

FUNDING_AGE: Final = Millis(120_000)
UNHEARD: Final = "not heard yet"


class _MarkDue(msgspec.Struct, Tell, frozen=True):
    """The price that counts may be stale now."""


class FeedWord(FeedReads):
    """Tells what `SymbolFeed` has taken in. gate: path of who hears what is known; None: nobody."""

    def __init__(
        self, symbol: str, frames: Sequence[TimeFrame], *, follow: Follow, gate: str | None
    ) -> None:
        super().__init__(symbol, frames, follow)
        self._gate = gate
        self._standing = Standing()
        self._armed = ArmedPrices(max_age=follow.tick_age, guard=follow.guard)
        self._is_mark_timed = False
        self._away = ""  # why the line is not up
        self._is_tape = False
        self._is_more = True  # something besides the bare candle may be wanted

    def on_start(self) -> Any:
        super().on_start()
        self._telling = Telling(self.publish, self.after)

    # -- subscriptions

    @on(Subscribe)
    def subscribed(self, message: Subscribe) -> None:
        self._telling.add(message)
        self._is_more = True
        self.watch(message.to)

    @on(Unsubscribe)
    def unsubscribed(self, message: Unsubscribe) -> None:
        self._telling.end(message)

    @on(GetSubscriptions)
    def subscriptions(self, _: GetSubscriptions) -> tuple[SubscriptionCounts, ...]:
        return self._telling.counts

    @on(LookAgain)
    def look_again(self, _: LookAgain) -> None:
        self._telling.look_again()

    @on(Terminated)
    def gone(self, message: Terminated) -> None:
        self._telling.forget(message.ref)
        self._armed.forget(message.ref)

    # -- prices that somebody waits for

    @on(Arm)
    def arm(self, message: Arm) -> ThresholdId:
        self._is_more = True
        self.watch(message.to)
        level, direction, kind = message.level, message.direction, message.price
        return self._armed.arm(level, direction, kind, to=message.to, at=self._utc)

    @on(Disarm)
    def disarm(self, message: Disarm) -> bool:
        return self._armed.disarm(message.threshold)

    def _cross(self, kind: PriceKind, price: Decimal, *, at: Millis) -> None:
        """A price has come by: tell whoever waits for it."""
        for armed in self._armed.cross(kind, price, at=at, now=self._utc):
            crossed = ThresholdCrossed(armed.id, self._symbol, armed.level, price, at)
            self._telling.tell_one(armed.to, crossed)

    # -- the mark price

    @on(_MarkDue)
    def mark_due(self, _: _MarkDue) -> None:
        self._is_mark_timed = False
        self._weigh_mark()

    def _weigh_mark(self) -> None:
        """A source has spoken, or time has passed: tell what that makes of the mark price."""
        prices, now = self._quotes.prices, self._utc
        news = prices.news(now=now)
        if news is not None:
            self._telling.tell((MarkPriceChanged(self._symbol, news),))
        mark = prices.mark(now=now)
        if (
            not self._is_tape
        ):  # there a price is known from the first candle on, whatever is left out
            self._stand_price(mark)
        if isinstance(mark, MarkPrice):
            if self._armed:
                self._cross("mark", mark.price, at=mark.at)
            if not self._is_mark_timed:
                self._is_mark_timed = True
                until = prices.fresh_until(now=now) or now
                self.after(max(0, until - now) + 1, _MarkDue())

    # -- what the gate is told

    def _hold(self, part: str, frame: str = "") -> None:
        if self._gate is not None:
            held = self._standing.held(Requirement(part, self._symbol, frame), at=self.elapsed)
            if held is not None:
                self.lookup(self._gate).tell(held)

    def _lose(self, part: str, why: str, frame: str = "") -> None:
        if self._gate is not None:
            requirement = Requirement(part, self._symbol, frame)
            lost = self._standing.lost(requirement, at=self.elapsed, why=why)
            if lost is not None:
                self.lookup(self._gate).tell(lost)

    def _lose_all(self) -> None:
        """Nothing is known yet."""
        self._lose("price", UNHEARD)
        if "funding" in self._follow.subjects:
            self._lose("funding", UNHEARD)
        for name in self._frames.series:
            self._lose("candles", UNHEARD, name)

    def _stand_price(self, mark: MarkPrice | NoMarkPrice) -> None:
        if isinstance(mark, MarkPrice):
            self._hold("price")
        else:
            self._lose("price", str(mark))

    def _stand_candles(self) -> None:
        """Tell the gate of which frames the candles are known."""
        for name, series in self._frames.series.items():
            if self._away:
                self._lose("candles", self._away, name)
            elif series.is_behind:
                self._lose("candles", "something of the past is missing", name)
            elif series.is_overdue(self._utc):
                self._lose("candles", "the candle that has closed last was not heard of", name)
            else:
                self._hold("candles", name)

    def _stand_funding(self) -> None:
        """Tell the gate whether the funding is known."""
        if "funding" in self._follow.subjects:
            aged = self._quotes.funding.aged(elapsed=self.elapsed, max_age=FUNDING_AGE)
            if isinstance(aged, Fresh):
                self._hold("funding")
            else:
                self._lose("funding", UNHEARD if aged is None else f"{aged.age} ms old")
