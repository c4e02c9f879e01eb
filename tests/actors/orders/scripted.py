"""A desk in a world that does as the test says: the venue, its line and a journal that can be full.

Not a test itself; `run` gives a story a running world and checks it when the story is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Literal, TypeVar

import attrs
import trio

from benthic.actors.exchange.gate import Gate, GateClosed, GateOpened
from benthic.actors.exchange.messages import (
    Accepted,
    Cancel,
    Cancelled,
    FetchFills,
    FetchHoldings,
    FetchOpenOrders,
    FillReported,
    GetLine,
    Line,
    LineChanged,
    LineState,
    NotOffered,
    OrderRejected,
    OrderReport,
    OrderReported,
    Query,
    Submit,
    VenueStatus,
)
from benthic.actors.market import Fees, Fill, Instrument, Side, Symbol
from benthic.actors.market.holding import Holding
from benthic.actors.orders.desk import OrderDesk
from benthic.actors.orders.evidence import Patience
from benthic.actors.orders.journal import Commit, JournalMemory, MemoryJournal
from benthic.actors.orders.messages import (
    DriftFound,
    FillUnmatched,
    ForeignOrderSeen,
    ListOpenOrders,
    OrderChanged,
    OrderFilled,
    PlaceOrder,
    StrayOrderFound,
)
from benthic.actors.orders.model import Order
from benthic.actors.orders.opening import FromDeposits, Opening
from benthic.actors.portfolio.ledger import Portfolio
from benthic.actors.portfolio.messages import GetBooks
from benthic.runtime import (
    Actor,
    Ask,
    Child,
    Millis,
    Ref,
    Refusal,
    Reply,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
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
        self.on_the_way: list[Submit] = []  # what has not arrived
        self.queries: list[Millis] = []
        self.is_away = False  # for cancels and whatever is read
        self.line = Line("up", Millis(0), count=1)
        self.holdings: tuple[Holding, ...] | None = None  # None: it keeps none
        self.foreign: list[OrderReport] = []  # open orders of somebody else
        self.trades: list[Fill] = []  # that its list has besides those of the orders
        self.asked: list[object] = []  # what was read, queries apart
        self.errors = deque[Exception]()  # that the next writes end in, each once
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
        return (*own, *venue.foreign)

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


class _DiskFull(Refusal):
    """What a journal on a full disk answers."""


@attrs.define
class Disk:
    """Where a journal lies."""

    memory: JournalMemory
    commits_left: int = 1_000_000  # before it is full


class Journal(MemoryJournal):
    """A journal in memory whose disk can be full."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk.memory)
        self._disk = disk

    @on(Commit)
    def commit(self, message: Commit) -> int:
        if not self._disk.commits_left:
            raise _DiskFull("no room left on the disk")
        self._disk.commits_left -= 1
        return super().commit(message)


EVENTS = (
    OrderChanged,
    OrderFilled,
    FillUnmatched,
    ForeignOrderSeen,
    StrayOrderFound,
    DriftFound,
)


class Witness(Actor):
    """Remembers what the desk says."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for event in EVENTS:
            self.subscribe(self.lookup("account/desk"), event)
        for event in (GateOpened, GateClosed):
            self.subscribe(self.lookup("gate"), event)

    @on(*EVENTS, GateOpened, GateClosed)
    def hear(self, message: object) -> None:
        self._heard.append(message)


@attrs.frozen
class World:
    """A running desk and all around it."""

    system: System
    venue: Venue
    disk: Disk
    heard: list[object]
    nursery: trio.Nursery  # for what happens beside the story

    @property
    def desk(self) -> Ref:
        return self.system.lookup("/unit/account/desk")

    @property
    def connector(self) -> Ref:
        return self.system.lookup("/unit/connector")

    async def place(self, order: PlaceOrder) -> Order:
        return await self.desk.ask(order)

    async def open_orders(self) -> tuple[Order, ...]:
        return await self.desk.ask(ListOpenOrders())

    async def report(self, fill: Fill) -> None:
        await self.connector.ask(Say(FillReported(fill)))
        await self.system.settle()

    async def hear(self, report: OrderReport) -> None:
        """Let the stream tell how an order stands."""
        await self.connector.ask(Say(OrderReported(report)))
        await self.system.settle()

    async def change_line(self, state: LineState, count: int) -> None:
        """Let the line go or come back."""
        self.venue.line = Line(state, await self.now(), count=count)
        await self.connector.ask(Say(LineChanged(self.venue.line)))
        await self.system.settle()

    def told(self, kind: type[R]) -> list[R]:
        """The events of one kind that were published so far."""
        return [event for event in self.heard if isinstance(event, kind)]

    async def balances(self) -> dict[str, tuple[Decimal, Decimal]]:
        """(available, reserved) by asset, checked against the journal (P1) and the orders (F3)."""
        portfolio = self.system.lookup("/unit/account/portfolio")
        live = await self.open_orders()
        while True:
            answer, snapshot = await portfolio.ask(GetBooks()), self.disk.memory.load("main")
            before, live = live, await self.open_orders()
            if before == live:  # nothing was worked off in between
                break
        assert snapshot.balances == answer
        assert snapshot.orders == live
        for balance in answer:
            held = [order.held for order in live if order.held_asset == balance.asset]
            assert balance.reserved == sum(held)
        return {balance.asset: (balance.available, balance.reserved) for balance in answer}

    async def crash_desk(self) -> None:
        """Let the desk die of a report that names no trade."""
        self.desk.tell(FillReported(None))  # type: ignore[arg-type]  # that is what kills it
        await self.pass_time(2_000)

    async def now(self) -> Millis:
        """The time of the actors' clock."""
        return Millis(round(trio.current_time() * 1000))

    async def pass_time(self, duration: int) -> None:
        """Let virtual time go by."""
        await trio.sleep(duration / 1000)
        await self.system.settle()


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


def run(
    story: Callable[[World], Awaitable[None]],
    *turns: Turn,
    patience: Patience = PATIENCE,
    memory: JournalMemory | None = None,
    gate: str | None = None,
    opening: Opening = FromDeposits(),
    venue: Venue | None = None,
) -> World:
    """Let a story happen to an account of 1,000 USDT; the world as it was left."""
    venue, heard = venue or Venue(), list[object]()
    venue.turns.extend(turns)
    deposits = [("USDT", Decimal(1000))] if isinstance(opening, FromDeposits) else []
    disk = Disk(memory or JournalMemory())
    worlds: list[World] = []

    def desk() -> OrderDesk:
        return OrderDesk(
            "main",
            [BTC],
            connector="/unit/connector",
            portfolio="portfolio",
            journal="/unit/journal",
            patience=patience,
            gate=gate,
            opening=opening,
            fee_assets=["BNB"],
        )

    tree = Supervisor(
        "unit",
        [
            Child("journal", lambda: Journal(disk)),
            Child("connector", lambda: Connector(venue)),
            Child("gate", lambda: Gate("/unit/connector")),
            Supervisor(
                "account",
                [
                    Child("portfolio", lambda: Portfolio(deposits)),
                    Child("desk", desk),
                ],
                strategy=Strategy.ONE_FOR_ALL,
            ),
            Child("witness", lambda: Witness(heard)),
        ],
    )

    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:
            world = World(system, venue, disk, heard, nursery)
            worlds.append(world)
            await story(world)
        await world.balances()

    run_virtual(tree, body)
    return worlds[0]
