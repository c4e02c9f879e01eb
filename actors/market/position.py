"""A position in a contract, as a venue reports it."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Millis


class Position(msgspec.Struct, frozen=True, gc=False):
    """What an account holds of one contract on one side."""

    symbol: str
    side: Literal["long", "short"]
    contracts: Decimal  # > 0
    entry: Decimal | None  # average price, quote currency per unit of base
    at: Millis  # by the venue's clock; where it tells none, when it was heard
    mark: Decimal | None = None
    leverage: Decimal | None = None
    margin_mode: Literal["cross", "isolated"] | None = None
    margin: Decimal | None = None  # in the settling asset
    unrealized: Decimal | None = None  # profit at the mark price, in the settling asset
    liquidation: Decimal | None = None  # price; None: the venue does not say
