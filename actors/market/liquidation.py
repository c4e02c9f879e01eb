"""A liquidation: a position of somebody's that the venue has closed by force."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Millis
from .side import Side


class Liquidation(msgspec.Struct, frozen=True, gc=False):
    """The order by which a position was closed, as the venue publishes it."""

    symbol: str
    side: Side  # of that order: "sell" closes a long position
    price: Decimal  # quote currency per unit of base, > 0
    amount: Decimal  # base currency, or contracts; > 0
    at: Millis  # by the venue's clock
