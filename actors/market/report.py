"""An order report: what a venue knows of one of our orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Millis
from .fill import Fill
from .side import Kind, Side

VenueStatus = Literal["open", "filled", "cancelled"]


class OrderReport(msgspec.Struct, frozen=True, gc=False):
    """All that a venue knows of one order: evidence of how it stands."""

    client_id: str
    venue_id: str
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal  # base currency, as ordered
    price: Decimal | None  # the limit; None for a market order
    status: VenueStatus
    fills: tuple[Fill, ...]  # all there are, oldest first
    created_at: Millis
    changed_at: Millis
