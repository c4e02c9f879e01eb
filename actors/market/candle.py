"""A candle: what a pair traded at in one stretch of time. Closed, so it never changes.

The most frequent message of all, so it is a slim record: six numbers, positional, nothing of the
symbol or the frame (whoever sends it is known), and no check on construction. What comes from
outside is checked once at the boundary, with `fault_of` or column by column.
"""

from __future__ import annotations

from math import isfinite

import msgspec

from ...runtime import Millis, Tell


class Candle(msgspec.Struct, Tell, frozen=True, gc=False, array_like=True):
    """One closed candle; prices in quote currency per unit of base, volume in base currency."""

    at: Millis  # when it began, UTC
    open: float
    high: float
    low: float
    close: float
    volume: float


def fault_of(candle: Candle) -> str | None:
    """What cannot be in a candle; None where all is finite, prices above 0 and in range."""
    for name in ("open", "high", "low", "close"):
        price = getattr(candle, name)
        if not isfinite(price) or price <= 0:
            return f"{name} {price!r} is not a finite number above 0"
    if not isfinite(candle.volume) or candle.volume < 0:
        return f"volume {candle.volume!r} is not a finite number of 0 or more"
    if candle.low > min(candle.open, candle.close):
        return f"low {candle.low!r} lies above open or close"
    if candle.high < max(candle.open, candle.close):
        return f"high {candle.high!r} lies below open or close"
    return None
