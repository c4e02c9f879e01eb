"""A listing: one market of a venue, under the venue's name for it, with what it allows."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from .instrument import Instrument
from .symbol import Symbol

Family = Literal["spot", "linear", "inverse", "option"]


class Listing(msgspec.Struct, frozen=True):
    """One market as one venue offers it."""

    symbol: Symbol
    venue_symbol: str  # the venue's own: "BTCUSDT"
    family: Family
    is_open: bool  # orders are taken now
    instrument: Instrument
    contract_size: Decimal | None = None  # base (linear) or quote (inverse) units of a contract
    max_amount: Decimal | None = None  # of one order
    max_orders: int | None = None  # open at a time
