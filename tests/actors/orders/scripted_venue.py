"""A venue that does as the test says, and the line to it. Not a test itself."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Literal, TypeVar

import attrs

from benthic.actors.exchange.messages import (
    Accepted,
    Cancel,
    Cancelled,
    FetchFills,
    FetchHoldings,
    FetchOpenOrders,
    GetLine,
    Line,
    NotOffered,
    OrderRejected,
    OrderReport,
    Query,
    Submit,
    VenueStatus,
)
from benthic.actors.market import Fees, Fill, Instrument, Side, Symbol
from benthic.actors.market.holding import Holding
from benthic.actors.orders.evidence import Patience
from benthic.actors.orders.messages import (
    PlaceOrder,
)
from benthic.runtime import (
    Actor,
    Ask,
    Millis,
    Reply,
    Tell,
    on,
)

R = TypeVar("R")

BTC = Instrument(
    Symbol("BTC", "USDT"),
    Decimal("0.01"),
    Decimal(1),
    Decimal("0.01"),
    Decimal(10),
    Fees(Decimal("0.001"), Decimal("0.001")),
)
PRICE = Decimal(100)
BUY = PlaceOrder("BTC/USDT", "buy", "market", Decimal(2), None, PRICE)
BID = PlaceOrder("BTC/USDT", "buy", "limit", Decimal(2), PRICE)
FENCE = 17_000  # ms
PATIENCE = Patience()
Turn = Literal[
    "fill", "rest", "reject", "fill unheard", "rest unheard", "never arrives", "fill twice"
]


class Venue:
    """A venue that takes each order as the next of `turns` says; it outlives every actor."""

    def __init__(self, *turns: Turn) -> None:
        self.turns = deque(turns)
        self.orders: dict[str, OrderReport] = {}
        self.told: list[OrderReport] = []  # how they stood at any time, oldest first
        self.submitted: list[str] = []
        self.cancels: list[Millis] = []  # when they came
        self.on_the_way: list[Submit] = []  # what has not arrived
        self.queries: list[Millis] = []
        self.is_away = False  # for cancels and whatever is read
        self.line = Line("up", Millis(0), count=1)
        self.holdings: tuple[Holding, ...] | None = None  # None: it keeps none
        self.foreign: list[OrderReport] = []  # open orders of somebody else
        self.trades: list[Fill] = []  # that its list has besides those of the orders
        self.asked: list[object] = []  # what was read, queries apart
        self.errors = deque[Exception]()  # that the next writes end in, each once
        self.read_delay = 0  # ms that a list of open orders takes: it is old when it comes
        self.delay = 0  # ms that answers to creates, cancels and look-ups take

    def take(self, order: Submit, *, fills: tuple[Fill, ...], at: Millis) -> OrderReport:
        """Keep an order with what filled of it."""
        status: VenueStatus = "filled" if sum(f.amount for f in fills) == order.amount else "open"
        report = OrderReport(
            order.client_id,
            f"v-{len(self.orders)}",
            order.symbol,
            order.side,
            order.kind,
            order.amount,
            order.price,
            status,
            fills,
            at,
            at,
        )
        self.orders[order.client_id] = report
        self.told.append(report)
        return report

    def end(self, client_id: str, status: VenueStatus, *fills: Fill) -> OrderReport:
        """Let more of an order fill, and leave it in `status`."""
        old = self.orders[client_id]
        report = OrderReport(
            *(old.client_id, old.venue_id, old.symbol, old.side, old.kind, old.amount, old.price),
            status,
            (*old.fills, *fills),
            *(old.created_at, old.changed_at),
        )
        self.orders[client_id] = report
        self.told.append(report)
        return report


class Say(Ask[None]):
    """Let the connector publish an event."""

    def __init__(self, event: object) -> None:
        self.event = event


@attrs.frozen
class _Give(Tell):
    """An answer that has been on its way."""

    reply: Reply
    value: object


class Connector(Actor):
    """The line to a `Venue`."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    @on(Submit)
    def submit(self, message: Submit) -> Accepted | None:
        venue = self._venue
        venue.submitted.append(message.client_id)
        if venue.errors:
            raise venue.errors.popleft()
        turn = venue.turns.popleft() if venue.turns else "rest"
        if turn == "reject":
            raise OrderRejected(message.client_id, "MIN_NOTIONAL", "says the venue")
        if turn == "fill twice":  # the way doubled it, and the answer is that of the second
            venue.take(message, fills=(a_full_fill(message),), at=self.now)
            raise OrderRejected(message.client_id, "DUPLICATE_ORDER", "is open already")
        if turn == "never arrives":
            venue.on_the_way.append(message)
            self.reply_later()
            return None
        fills = (a_full_fill(message),) if turn.startswith("fill") else ()
        report = venue.take(message, fills=fills, at=self.now)
        if turn.endswith("unheard"):
            self.reply_later()
            return None
        return self._answer(Accepted(message.client_id, report.venue_id, fills, self.now))

    @on(Cancel)
    def cancel(self, message: Cancel) -> Cancelled | None:
        self._venue.cancels.append(self.now)
        if self._venue.is_away:
            self.reply_later()
            return None
        if self._venue.errors:
            raise self._venue.errors.popleft()
        report = self._venue.orders.get(message.client_id)
        if report is None or report.status != "open":
            raise OrderRejected(message.client_id, "UNKNOWN_ORDER", "none open")
        return self._answer(Cancelled(self._venue.end(message.client_id, "cancelled"), self.now))

    @on(Query)
    def query(self, message: Query) -> OrderReport | None:
        self._venue.queries.append(self.now)
        if self._venue.is_away:
            self.reply_later()
            return None
        return self._answer(self._venue.orders.get(message.client_id))

    @on(FetchOpenOrders)
    def open_orders(self, message: FetchOpenOrders) -> tuple[OrderReport, ...] | None:
        venue = self._venue
        if self._leave(message):
            return None
        own = [report for report in venue.orders.values() if report.status == "open"]
        listed = (*own, *venue.foreign)
        if not venue.read_delay:
            return listed
        self.after(venue.read_delay, _Give(self.reply_later(), listed))
        return None

    @on(FetchFills)
    def fills(self, message: FetchFills) -> tuple[Fill, ...] | None:
        if self._leave(message):
            return None
        fills = [fill for report in self._venue.orders.values() for fill in report.fills]
        return (*(fill for fill in fills if fill.at >= message.since), *self._venue.trades)

    @on(FetchHoldings)
    def holdings(self, message: FetchHoldings) -> tuple[Holding, ...] | None:
        if self._leave(message):
            return None
        if self._venue.holdings is None:
            raise NotOffered("the account", "list of holdings")
        return self._venue.holdings

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return self._venue.line

    def _answer(self, value: R) -> R | None:
        """Answer now, or as late as the venue is said to be slow."""
        if not self._venue.delay:
            return value
        self.after(self._venue.delay, _Give(self.reply_later(), value))
        return None

    @on(_Give)
    def give(self, message: _Give) -> None:
        message.reply.answer(message.value)

    def _leave(self, message: object) -> bool:
        """Whether the venue leaves a question without an answer."""
        self._venue.asked.append(message)
        if self._venue.is_away:
            self.reply_later()
        return self._venue.is_away

    @on(Say)
    def say(self, message: Say) -> None:
        self.publish(message.event)


def a_fill(
    client_id: str,
    *,
    amount: str,
    trade_id: str = "",
    price: Decimal = PRICE,
    side: Side = "buy",
) -> Fill:
    """A trade of an order of BTC/USDT, with a fee of a thousandth."""
    quantity = Decimal(amount)
    fee = quantity * price / 1000
    trade = trade_id or f"t-{client_id}"
    return Fill(trade, client_id, "BTC/USDT", side, price, quantity, fee, "USDT", Millis(0))


def a_full_fill(order: Submit) -> Fill:
    """The trade that fills an order at once."""
    return a_fill(order.client_id, amount=str(order.amount), side=order.side)
