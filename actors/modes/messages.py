"""What the actors of a mode say to each other and to whoever watches."""

from __future__ import annotations

import msgspec

from ...runtime import Millis, Tell
from ..market.side import Side


class Signal(msgspec.Struct, Tell, frozen=True, gc=False):
    """A producer advises a side. Whether and how much to trade is the consumer's to say."""

    symbol: str
    side: Side
    price: float  # the close that gave it, quote currency per unit of base
    at: Millis  # when that candle began


class SignalPassed(msgspec.Struct, Tell, frozen=True, gc=False):
    """A consumer did not trade on a signal, and why."""

    signal: Signal
    reason: str
