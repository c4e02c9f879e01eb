"""The example mode: two exponential moving averages of the closes, and the moments they cross."""

from __future__ import annotations

from decimal import Decimal

import attrs

from ...runtime import UsageError
from ..feeds.ring import CAPACITY
from ..market.candle import Candle
from ..market.side import Side
from .guards import Guards


@attrs.frozen
class EmaCrossSettings:
    """What a bot file says of it; all are numbers of candles.

    fast, slow: lengths of the averages, 1 <= fast < slow. warm_up: how many candles pass before
    the first signal; not more than a feed remembers, or a restart could not warm up again.
    slippage: share of the price that a market order may cost more than the last close; cash for it
    is left over. A tape needs none, an order book does. stop_loss, take_profit, trail: what bounds
    each position, see `Guards`.
    """

    fast: int = 10
    slow: int = 30
    warm_up: int = 1_000
    slippage: Decimal = Decimal(0)
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trail: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.fast < self.slow <= CAPACITY:
            raise UsageError(
                f"needs 1 <= fast < slow <= {CAPACITY}, not fast {self.fast} and slow {self.slow}"
            )
        if not 0 <= self.warm_up <= CAPACITY:
            raise UsageError(f"needs 0 <= warm_up <= {CAPACITY}, not {self.warm_up}")
        if not 0 <= self.slippage < 1:
            raise UsageError(f"needs 0 <= slippage < 1, not {self.slippage}")
        _ = self.guards  # checks them

    @property
    def guards(self) -> Guards:
        """What bounds each position."""
        return Guards(self.stop_loss, self.take_profit, self.trail)


class EmaCross:
    """Says "buy" when the fast average crosses above the slow one, "sell" when it crosses below.

    An average of length n moves by 2 / (n + 1) of its distance to each close, and begins at the
    first close.
    """

    __slots__ = ("_fast", "_fast_share", "_slow", "_slow_share", "_to_warm_up")

    def __init__(self, settings: EmaCrossSettings) -> None:
        self._fast_share = 2 / (settings.fast + 1)
        self._slow_share = 2 / (settings.slow + 1)
        self._to_warm_up = settings.warm_up  # candles still to come before the first signal
        self._fast: float | None = None
        self._slow = 0.0

    def add(self, candle: Candle) -> Side | None:
        """The side that this candle, the next in time, advises."""
        close = candle.close
        old_fast, old_slow = self._fast, self._slow
        if old_fast is None:
            self._fast = self._slow = close
            self._to_warm_up -= 1
            return None
        self._fast = fast = old_fast + self._fast_share * (close - old_fast)
        self._slow = slow = old_slow + self._slow_share * (close - old_slow)
        if self._to_warm_up > 0:
            self._to_warm_up -= 1
            return None
        if fast > slow:
            return "buy" if old_fast <= old_slow else None
        return "sell" if fast < slow and old_fast >= old_slow else None
