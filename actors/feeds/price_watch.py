"""What the price of a symbol sets off: word of the mark price, and thresholds that are crossed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from ...runtime import Millis, Ref, Tell
from .arming import ArmedPrices
from .feed_clock import FeedClock
from .mark_price import MarkPrice
from .market_data import MarketData
from .messages import Arm, MarkPriceChanged, PriceKind, ThresholdCrossed
from .standing import Standing
from .telling import Telling
from .thresholds import ThresholdId


class MarkDue(msgspec.Struct, Tell, frozen=True):
    """The price that counts may be stale now."""


class PriceWatch:
    """Weighs the mark price, and fires what is armed.

    after: sets a timer. standing: hears whether there is a price; None: it hears of it elsewhere.
    """

    def __init__(
        self,
        data: MarketData,
        clock: FeedClock,
        telling: Telling,
        after: Callable[[int, object], object],
        *,
        standing: Standing | None,
    ) -> None:
        self._data = data
        self._clock = clock
        self._telling = telling
        self._after = after
        self._standing = standing
        self._armed = ArmedPrices(max_age=data.follow.tick_age, guard=data.follow.guard)
        self._is_timed = False

    @property
    def is_armed(self) -> bool:
        """Whether somebody waits for a price."""
        return bool(self._armed)

    @property
    def is_watching(self) -> bool:
        """Whether last prices matter: somebody waits, or a guard wants to know what they were."""
        return self._armed.is_watching

    def arm(self, message: Arm) -> ThresholdId:
        """Wait for a price of now or later. Raises BadLevel."""
        level, direction, kind = message.level, message.direction, message.price
        return self._armed.arm(level, direction, kind, to=message.to, at=self._clock.utc)

    def disarm(self, threshold: ThresholdId) -> bool:
        """Wait no more. False: it has fired, or was disarmed before."""
        return self._armed.disarm(threshold)

    def forget(self, to: Ref) -> None:
        """Whoever armed these is gone."""
        self._armed.forget(to)

    def last(self, price: Decimal, *, at: Millis) -> None:
        """A last price has come by."""
        self._cross("last", price, at)

    def weigh(self) -> None:
        """A source has spoken, or time has passed: tell what that makes of the mark price."""
        prices, now = self._data.quotes.prices, self._clock.utc
        news = prices.news(now=now)
        if news is not None:
            self._telling.tell((MarkPriceChanged(self._data.symbol, news),))
        mark = prices.mark(now=now)
        if self._standing is not None:
            self._standing.tell_price(mark)
        if isinstance(mark, MarkPrice):
            if self._armed:
                self._cross("mark", mark.price, mark.at)
            if not self._is_timed:
                self._is_timed = True
                until = prices.fresh_until(now=now) or now
                self._after(max(0, until - now) + 1, MarkDue())

    def due(self) -> None:
        """The time of `MarkDue` has come."""
        self._is_timed = False
        self.weigh()

    def _cross(self, kind: PriceKind, price: Decimal, at: Millis) -> None:
        for armed in self._armed.cross(kind, price, at=at, now=self._clock.utc):
            crossed = ThresholdCrossed(armed.id, self._data.symbol, armed.level, price, at)
            self._telling.tell_one(armed.to, crossed)
