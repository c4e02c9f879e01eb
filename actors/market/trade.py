"""A trade of anybody's, as a venue publishes it. A trade of ours is a `Fill`."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Millis
from .side import Side

TradeIds = Literal[
    "consecutive",  # numbers that count up by one: Binance's aggregate trades
    "any",  # they tell trades apart, and no more
]
"""What the ids of a venue's trades tell, in streams and in answers."""


class Trade(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Somebody bought from somebody."""

    trade_id: str  # the venue's, unique within its symbol; empty where it gives none
    symbol: str
    side: Side  # of whoever came to the book
    price: Decimal  # quote currency per unit of base
    amount: Decimal  # base currency, or contracts; > 0
    at: Millis  # when it traded, by the venue's clock
