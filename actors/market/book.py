"""An order book as it was at one moment: what a venue offered on each side."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Millis


class Level(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All that is offered at one price."""

    price: Decimal  # quote currency per unit of base, > 0
    amount: Decimal  # base currency, or contracts; > 0


class Book(msgspec.Struct, frozen=True, gc=False):
    """The best levels of both sides; the best bid lies below the best ask."""

    symbol: str
    bids: tuple[Level, ...]  # highest price first
    asks: tuple[Level, ...]  # lowest price first
    at: Millis  # by the venue's clock; where it tells none, when it was heard
    sequence: int | None = None  # the venue's number of this state, where it has one
