"""A desk in a world that does as the test says: the venue, its line and a journal that can be full.

Not a test itself; `run` gives a story a running world and checks it when the story is over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import attrs
import trio

from benthic.actors.exchange.gate import Gate, GateClosed, GateOpened
from benthic.actors.exchange.messages import (
    FillReported,
    Line,
    LineChanged,
    LineState,
    OrderReport,
    OrderReported,
)
from benthic.actors.market import Fill
from benthic.actors.orders.desk import OrderDesk
from benthic.actors.orders.evidence import Patience
from benthic.actors.orders.journal import Commit, JournalMemory, MemoryJournal
from benthic.actors.orders.messages import (
    DriftFound,
    FillUnmatched,
    ForeignOrderSeen,
    ListOpenOrders,
    NotStored,
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
    Child,
    Millis,
    Ref,
    Refusal,
    Strategy,
    Supervisor,
    System,
    on,
    run_virtual,
)

from .scripted_venue import (
    BID,
    BTC,
    BUY,
    FENCE,
    PATIENCE,
    PRICE,
    Connector,
    R,
    Say,
    Turn,
    Venue,
    a_fill,
)

__all__ = [
    "BID",
    "BUY",
    "FENCE",
    "PATIENCE",
    "PRICE",
    "Say",
    "Turn",
    "Venue",
    "World",
    "a_fill",
    "run",
]


class _DiskFull(Refusal):
    """What a journal on a full disk answers."""


@attrs.define
class Disk:
    """Where a journal lies."""

    memory: JournalMemory
    commits_left: int = 1_000_000  # before it is full
    delay: int = 0  # ms that a commit takes


class Journal(MemoryJournal):
    """A journal in memory whose disk can be full."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk.memory)
        self._disk = disk

    @on(Commit)
    async def commit(self, message: Commit) -> int:  # type: ignore[override]  # it may wait
        if self._disk.delay:
            await self.sleep(self._disk.delay)
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
    NotStored,
)


class Witness(Actor):
    """Remembers what the desk says."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for event in EVENTS:
            self.subscribe(self.lookup("account/desk"), event)
        for told in (GateOpened, GateClosed):
            self.subscribe(self.lookup("gate"), told)

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
