"""What a connector is asked, what it answers, and what it reports: the words of the wire.

Every connector, to a real venue or to a simulated one, speaks these and no others. A write (Submit,
SubmitPair, Cancel) has three outcomes, and they are three types:

- an answer: `Accepted`, `Cancelled`;
- a definite no: `OrderRejected`, raised, with the reason; nothing of the order exists;
- unknown: `Unsettled`, `AskTimeout`, `ActorCrashed` or `ActorStopped`. The order may or may
  not exist. Ask `Query` by client id; never send it again blindly.

A read (everything else) is answered, or refused with one of the errors of `errors`, and then
nothing is known; it may be asked again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Ask, Millis, Tell
from ..market.candle import Candle
from ..market.errors import OrderRejected, Reason
from ..market.fill import Fill
from ..market.holding import Holding
from ..market.position import Position
from ..market.report import OrderReport, VenueStatus
from ..market.side import Effect, Kind, Purpose, Side, TimeInForce
from .errors import NotOffered
from .market_messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FetchBook,
    FetchCandles,
    FetchForming,
    FetchFunding,
    FetchListings,
    FetchOpenInterest,
    FetchTicker,
    FetchTrades,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    OpenInterestReported,
    StreamChanged,
    TickerReported,
    Topic,
    TradesReported,
    Unwatch,
    Watch,
)

__all__ = [
    "Accepted",
    "BookDiffReported",
    "BookReported",
    "Cancel",
    "Cancelled",
    "Candle",
    "CandleReported",
    "FetchBook",
    "FetchCandles",
    "FetchFills",
    "FetchForming",
    "FetchFunding",
    "FetchHoldings",
    "FetchListings",
    "FetchOpenInterest",
    "FetchOpenOrders",
    "FetchPositions",
    "FetchTicker",
    "FetchTrades",
    "Fill",
    "FillReported",
    "FormingReported",
    "FundingReported",
    "GetLine",
    "GetVenueClock",
    "HoldingsReported",
    "Kind",
    "Line",
    "LineChanged",
    "LineState",
    "LiquidationsReported",
    "NotOffered",
    "OpenInterestReported",
    "OrderRejected",
    "OrderReport",
    "OrderReported",
    "PairAccepted",
    "Query",
    "Reason",
    "Side",
    "StreamChanged",
    "Submit",
    "SubmitPair",
    "TickerReported",
    "Topic",
    "TradesReported",
    "Unwatch",
    "VenueClock",
    "VenueStatus",
    "Watch",
]


# -- orders: writes


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """The venue took an order; what it traded at once is in `fills`."""

    client_id: str
    venue_id: str
    fills: tuple[Fill, ...]  # oldest first; empty where the order rests
    at: Millis
    status: VenueStatus | None = None  # where the venue says it: what is for now only may be over


class Submit(msgspec.Struct, Ask[Accepted], frozen=True, gc=False):
    """Send an order. Raises OrderRejected where the venue says no."""

    client_id: str  # ours, never used before, legal for the venue
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal  # base currency, > 0
    price: Decimal | None  # the limit, quote currency per unit of base; None for a market order
    stop: Decimal | None = (
        None  # of the kinds with a trigger: where it is; of a trailing stop: from
    )
    trail: Decimal | None = None  # of a trailing stop: its distance, as a share of the price
    time_in_force: TimeInForce = "GTC"
    effect: Effect = "any"
    purpose: Purpose = "entry"  # protective orders go before entries where requests are rationed
    until: Millis | None = None  # monotonic, of this System: nothing of it may leave later


class PairAccepted(msgspec.Struct, frozen=True, gc=False):
    """The venue took both orders of a pair."""

    client_id: str  # of the pair
    legs: tuple[OrderReport, OrderReport]  # as they stand now, in the order in which they were sent
    at: Millis


class SubmitPair(msgspec.Struct, Ask[PairAccepted], frozen=True, gc=False):
    """Send two orders of which only one can trade ("OCO"): the first to move ends the other.

    They are of one market, side and amount, on both sides of the price: a stop loss, and a limit or
    take-profit order. `Cancel` of either ends both. Raises OrderRejected, of the pair's client id,
    where the venue says no; then neither exists.
    """

    client_id: str  # of the pair, never used before; each leg has its own beside it
    legs: tuple[Submit, Submit]


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


# -- orders: reads


class Query(msgspec.Struct, Ask[OrderReport | None], frozen=True, gc=False):
    """Ask what became of an order. None: the venue knows of none by this client id."""

    client_id: str
    symbol: str


class FetchOpenOrders(msgspec.Struct, Ask[tuple[OrderReport, ...]], frozen=True, gc=False):
    """All orders of the account that are open in one market, whoever placed them."""

    symbol: str


class FetchFills(msgspec.Struct, Ask[tuple[Fill, ...]], frozen=True, gc=False):
    """All trades of the account in one market since a time, oldest first, every page of them.

    Their client ids are empty where the venue names only its own ids: `venue_ids` are then asked
    one by one, or the order is queried.
    """

    symbol: str
    since: Millis  # by the venue's clock, inclusive


class FetchHoldings(msgspec.Struct, Ask[tuple[Holding, ...]], frozen=True, gc=False):
    """What the account has, by asset; assets of which it has nothing may be missing."""


class FetchPositions(msgspec.Struct, Ask[tuple[Position, ...]], frozen=True, gc=False):
    """The open positions of the account in contracts."""


# -- the account: streams


class FillReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """An order of the account traded. Published; reports may repeat and come late."""

    fill: Fill


class OrderReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """The venue says how an order of the account stands. Published; also of orders not ours."""

    report: OrderReport


class HoldingsReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """What the account has of some assets has changed. Published; a snapshot, not a difference."""

    holdings: tuple[Holding, ...]
    at: Millis


# -- the line

LineState = Literal[
    "opening",  # markets, clock and streams are being fetched
    "up",  # requests are answered, and the account's stream is open
    "away",  # the venue or the way to it fails; it is tried again and again
    "barred",  # the venue takes no request before a time that it said
    "shut",  # for good: a wrong key, a missing permission, a region that is not served
]


class Line(msgspec.Struct, frozen=True, gc=False):
    """How it stands between a connector and its venue."""

    state: LineState
    since: Millis
    reason: str = ""  # why it is not up
    until: Millis | None = None  # when it is tried again
    count: int = 0  # how often it came up; what was true of one time need not be of the next


class GetLine(msgspec.Struct, Ask[Line], frozen=True, gc=False):
    """How the line stands now."""


class LineChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """The line is not as it was. Published.

    When it comes up, the account's stream is open already: a look at the account after this misses
    nothing.
    """

    line: Line


class VenueClock(msgspec.Struct, Tell, frozen=True, gc=False):
    """What time it is at the venue, UTC: `elapsed` of this System, and `ahead` more.

    Published whenever it has been measured: stamps of the venue are to be held against this, and
    not against our wall clock, which may be wrong.
    """

    ahead: int  # ms


class GetVenueClock(msgspec.Struct, Ask[VenueClock], frozen=True, gc=False):
    """The same, asked for; what our wall clock says where nothing has been measured yet."""
