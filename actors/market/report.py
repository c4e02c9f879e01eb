"""An order report: what a venue knows of one of our orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Millis
from .fill import Fill
from .side import Effect, Kind, Side, TimeInForce

VenueStatus = Literal["open", "filled", "cancelled"]


class OrderReport(msgspec.Struct, frozen=True, gc=False):
    """All that a venue knows of one order: evidence of how it stands.

    Where `filled` is more than its fills add up to, the venue has not told all of them yet.
    """

    client_id: str  # empty: of an order that somebody else placed without one
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
    stop: Decimal | None = None  # the price at which a stop is triggered
    time_in_force: TimeInForce = "GTC"
    filled: Decimal | None = None  # base currency, where the venue says it beside the fills
    cause: str = ""  # why it ended, where the venue says more than "cancelled"
    trail: Decimal | None = None  # of a trailing stop: its distance, as a share of the price
    triggered_at: Millis | None = None  # when a stop was; None: not yet, or nobody says
    pair: str = ""  # the client id of the pair that it is a leg of
    effect: Effect = "any"
