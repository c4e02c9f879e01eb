"""What a connector is asked, what it answers, and what it reports: the words of the wire.

Every connector, to a real venue or to a simulated one, speaks these and no others. An ask has
three outcomes, and they are three types:

- an answer: `Accepted`, `Cancelled`, an `OrderReport`;
- a definite no: `OrderRejected`, raised, with the reason; nothing of the order exists;
- unknown: `AskTimeout`, `ActorCrashed` or `ActorStopped`. The order may or may not exist. Ask
  `Query` by client id; never send it again blindly.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Ask, Millis, Refusal, Tell
from ..market.candle import Candle
from ..market.errors import OrderRejected, Reason
from ..market.fill import Fill
from ..market.report import OrderReport, VenueStatus
from ..market.side import Kind, Side

__all__ = [
    "Accepted",
    "Cancel",
    "Cancelled",
    "Candle",
    "FetchCandles",
    "Fill",
    "FillReported",
    "Kind",
    "NotOffered",
    "OrderRejected",
    "OrderReport",
    "Query",
    "Reason",
    "Side",
    "Submit",
    "VenueStatus",
]


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """The venue took an order; what it traded at once is in `fills`."""

    client_id: str
    venue_id: str
    fills: tuple[Fill, ...]  # oldest first; empty where the order rests
    at: Millis


class Submit(msgspec.Struct, Ask[Accepted], frozen=True, gc=False):
    """Send an order. Raises OrderRejected where the venue says no."""

    client_id: str  # ours, never used before, legal for the venue
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal  # base currency, > 0
    price: Decimal | None  # the limit, quote currency per unit of base; None for a market order


class Cancelled(msgspec.Struct, frozen=True, gc=False):
    """The order rests no more. It may have traded in part before: the report tells."""

    report: OrderReport
    at: Millis


class Cancel(msgspec.Struct, Ask[Cancelled], frozen=True, gc=False):
    """Take an order off the book. Raises OrderRejected (UNKNOWN_ORDER) where none is open.

    A refusal says nothing of how the order ended; it may have been filled. `Query` does.
    """

    client_id: str
    symbol: str


class Query(msgspec.Struct, Ask[OrderReport | None], frozen=True, gc=False):
    """Ask what became of an order. None: the venue knows of none by this client id."""

    client_id: str
    symbol: str


class NotOffered(Refusal):
    """The venue has no candles of this pair and frame."""

    def __init__(self, symbol: str, frame: str, offered: tuple[str, ...]) -> None:
        known = ", ".join(offered) or "none"
        super().__init__(f"no {frame} candles of {symbol} here: ask for one of these: {known}")
        self.symbol = symbol
        self.frame = frame
        self.offered = offered  # "BTC/USDT 1m", sorted


class FetchCandles(msgspec.Struct, Ask[tuple[Candle, ...]], frozen=True, gc=False):
    """The newest closed candles, oldest first, without a gap of our making.

    Raises NotOffered.
    """

    symbol: str
    frame: str  # as TimeFrame writes it: "1m"
    limit: int  # candles, > 0


class FillReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """A resting order traded. Published; reports may repeat and come late."""

    fill: Fill
