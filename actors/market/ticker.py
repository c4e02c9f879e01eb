"""A ticker: what a pair trades at now, and what it did in the last 24 hours."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Millis


class Ticker(msgspec.Struct, frozen=True, gc=False):
    """Prices in quote currency per unit of base; None: the venue does not say."""

    symbol: str
    at: Millis  # by the venue's clock; where it tells none, when it was heard
    last: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    high: Decimal | None = None  # of 24 hours, as what follows
    low: Decimal | None = None
    open: Decimal | None = None
    base_volume: Decimal | None = None
    quote_volume: Decimal | None = None
    mark: Decimal | None = None  # of contracts
    index: Decimal | None = None  # of contracts
