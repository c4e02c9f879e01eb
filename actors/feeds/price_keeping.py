"""The mark price of one symbol as its sources speak, and the newest word on what has an age."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Final, Generic, TypeVar

from ...runtime import Millis
from ..market.money import EXACT, ZERO, add
from ..market.timeframe import TimeFrame
from ..market.trade import Trade
from .freshness import Fresh, Stale, fresh_or_stale
from .mark_price import (
    MAX_AGES,
    MarkPrice,
    MarkPrices,
    NoMarkPrice,
    PriceFault,
    Quoted,
    Source,
)
from .outliers import Guard

T = TypeVar("T")

WINDOW: Final = Millis(10_000)  # of the trades whose mean counts
AVERAGED: Final = 100  # of them at most, the newest
_MEAN: Final = Context(prec=28)  # digits of a mean, which as a rule no decimal writes exactly
_MONTH: Final = 31 * 86_400_000


class PriceKeeping:
    """What every source said last. Times are of one clock that does not jump, in UTC.

    base: the frame whose closes are the last resort: they count for two candles of it.
    """

    def __init__(self, base: TimeFrame, *, guard: Guard | None = None) -> None:
        frame = base.length if base.is_fixed else _MONTH
        self._prices = MarkPrices({**MAX_AGES, "candle": Millis(2 * frame)}, guard)
        self._trades: deque[Trade] = deque()  # whose mean counts
        self._sum = ZERO  # of their prices, exactly
        self._said: tuple[Decimal, Source] | None = None

    def quoted(
        self, source: Source, price: Decimal, *, at: Millis, now: Millis
    ) -> PriceFault | None:
        """Take what a source says; why it is not taken, where it is not."""
        taken = self._prices.quoted(Quoted(source, price, min(at, now)), now=now)
        if not isinstance(taken, MarkPrices):
            return taken
        self._prices = taken
        return None

    def traded(self, trades: Iterable[Trade], *, now: Millis) -> None:
        """Take trades that are sound, oldest first."""
        recent = self._trades
        for trade in trades:
            recent.append(trade)
            self._sum = add(self._sum, trade.price)
        while recent and (len(recent) > AVERAGED or now - recent[0].at > WINDOW):
            self._sum = EXACT.subtract(self._sum, recent.popleft().price)
        if recent:
            mean = _MEAN.divide(self._sum, Decimal(len(recent)))
            self.quoted("trades", mean, at=recent[-1].at, now=now)

    def mark(self, *, now: Millis) -> MarkPrice | NoMarkPrice:
        """The price that counts."""
        return self._prices.mark(now=now)

    def news(self, *, now: Millis) -> MarkPrice | NoMarkPrice | None:
        """The price that counts where it, or its source, is another than was said; else None."""
        mark = self._prices.mark(now=now)
        said = (mark.price, mark.source) if isinstance(mark, MarkPrice) else None
        if said == self._said:
            return None
        self._said = said
        return mark

    def fresh_until(self, *, now: Millis) -> Millis | None:
        """When the price that counts stops being fresh; None: there is none."""
        return self._prices.fresh_until(now=now)


class Latest(Generic[T]):
    """The newest word on something, and when it was heard: on the clock that never jumps."""

    def __init__(self) -> None:
        self.value: T | None = None
        self._at = Millis(0)  # by the venue's clock
        self._heard = Millis(0)

    def take(self, value: T, *, at: Millis, elapsed: Millis) -> bool:
        """Whether it is not of before what is known; what is, is dropped."""
        if self.value is not None and at < self._at:
            return False
        self.value, self._at, self._heard = value, at, elapsed
        return True

    def aged(self, *, elapsed: Millis, max_age: Millis) -> Fresh[T] | Stale[T] | None:
        """The word with its age; None: nothing was heard."""
        if self.value is None:
            return None
        return fresh_or_stale(self.value, at=self._heard, now=elapsed, max_age=max_age)
