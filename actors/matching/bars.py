"""What a bar does to a resting limit order; pure.

Of a bar we know four prices and not the path between them. The path assumed is the usual one: a
bar that closes at or above its open went to its low first, any other to its high first. It decides
the order in which orders trade, never at which price:

- where the bar opens beyond the limit (a gap), the order trades at the open, which is better;
- where the bar's range reaches the limit, the order trades at the limit.

Prices are compared as the venue wrote them; only what is traded at is brought onto the price step.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import UsageError
from ..market.candle import Candle, fault_of
from ..market.money import from_float
from ..market.side import Side


class Bar(msgspec.Struct, frozen=True, gc=False):
    """The prices of one candle as decimals; quote currency per unit of base."""

    open: Decimal
    high: Decimal
    low: Decimal
    rising: bool  # low before high

    @classmethod
    def of(cls, candle: Candle) -> Bar:
        """The bar of a sound candle."""
        return cls(
            from_float(candle.open),
            from_float(candle.high),
            from_float(candle.low),
            candle.close >= candle.open,
        )


def check_bar(symbol: str, candle: Candle) -> None:
    """Raise UsageError for a bar that no market can have made."""
    fault = fault_of(candle)
    if fault is not None:
        raise UsageError(
            f"{symbol}: the bar of {candle.at} cannot be, {fault}; leave it out or repair it"
        )


def price_in(bar: Bar, side: Side, limit: Decimal) -> Decimal | None:
    """What a resting order trades at in this bar, or None where the bar does not reach it.

    The price is the open itself in a gap, not yet on the price step, and never worse than the
    limit.
    """
    if side == "buy":
        if bar.open <= limit:
            return bar.open
        return limit if bar.low <= limit else None
    if bar.open >= limit:
        return bar.open
    return limit if bar.high >= limit else None


def is_marketable(side: Side, limit: Decimal, market: Decimal) -> bool:
    """Whether a limit order trades at once against a market at this price."""
    return market <= limit if side == "buy" else market >= limit
