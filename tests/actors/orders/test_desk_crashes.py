"""The desk dies at each of its waits, once before and once after it; nothing is lost or doubled.

The venue is the simulated one, with funds of its own: what it says the account has is the oracle.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any, Literal

import attrs
import numpy as np
import pytest
import trio

from benthic.actors.exchange.latency import Latency
from benthic.actors.exchange.simulated import SimulatedConnector
from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.market import Fees, Instrument, Symbol, TimeFrame
from benthic.actors.matching.venue import SimulatedVenue
from benthic.actors.orders.desk import OrderDesk
from benthic.actors.orders.journal import JournalMemory, MemoryJournal
from benthic.actors.orders.messages import CancelOrder, ListOpenOrders, PlaceOrder
from benthic.actors.portfolio.ledger import Portfolio
from benthic.actors.portfolio.messages import GetBalances
from benthic.runtime import (
    Ask,
    AskError,
    Child,
    Millis,
    Outcome,
    Ref,
    Refusal,
    Schedule,
    StartFailed,
    Strategy,
    Supervisor,
    System,
    on,
    run_virtual,
)

MINUTE = 60_000
START = Millis(MINUTE * 1_000)
BTC = Instrument(
    Symbol("BTC", "USDT"),
    Decimal("0.01"),
    Decimal("0.01"),
    Decimal("0.01"),
    Decimal(1),
    Fees(Decimal("0.001"), Decimal("0.002")),
)
DEPOSIT = Decimal(10_000)


def a_tape(candles: int = 120) -> Tape:
    """Two hours in which the price swings between 90 and 110."""
    swing = np.sin(np.arange(candles + 1, dtype=np.float64) / 9)
    middle = np.asarray(np.round(100 + 10 * swing, 2), np.float64)
    opens, closes = middle[:-1], middle[1:]
    times = START + MINUTE * np.arange(candles, dtype=np.int64)
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    columns = Columns(times, opens, highs, lows, closes, np.ones(candles))
    return Tape("BTC/USDT", TimeFrame.parse("1m"), columns)


@attrs.define
class Fuse:
    """Burns before or after the asks of these numbers, whichever incarnation makes them."""

    at: frozenset[int]
    phase: Literal["before", "after"]
    asks: int = 0


class FragileDesk(OrderDesk):
    """A desk with a fuse."""

    fuse: Fuse
    last_words: object = None  # the token of a request whose outcome kills it

    async def ask(self, ref: Ref, message: Ask[Any], *, timeout: int | None = None) -> Any:
        fuse = self.fuse
        fuse.asks += 1
        burns = fuse.asks in fuse.at
        if burns and fuse.phase == "before":
            raise RuntimeError("the desk dies before it asks")
        answer = await super().ask(ref, message, timeout=timeout)
        if burns:
            raise RuntimeError("the desk dies with the answer in its hands")
        return answer

    def request(
        self, ref: Ref, message: Ask[Any], token: object = None, *, timeout: int | None = None
    ) -> Outcome | None:
        fuse = self.fuse
        fuse.asks += 1
        burns = fuse.asks in fuse.at
        if burns and fuse.phase == "before":
            raise RuntimeError("the desk dies before it requests")
        outcome = super().request(ref, message, token, timeout=timeout)
        if burns and outcome is None:
            self.last_words = token
        elif burns:
            raise RuntimeError("the desk dies with the outcome in its hands")
        return outcome

    @on(Outcome)
    async def came_back(self, message: Outcome) -> None:
        if self.last_words is not None and message.token == self.last_words:
            raise RuntimeError("the desk dies as the outcome comes")
        await super().came_back(message)


def a_desk(fuse: Fuse) -> OrderDesk:
    desk = FragileDesk(
        "main", [BTC], connector="/unit/connector", portfolio="portfolio", journal="/unit/journal"
    )
    desk.fuse = fuse
    return desk


def a_tree(fuse: Fuse, venue: SimulatedVenue, memory: JournalMemory, tape: Tape) -> Supervisor:
    latency = Latency(Millis(40), Millis(60))
    portfolio = Child("portfolio", lambda: Portfolio([("USDT", DEPOSIT)]))
    return Supervisor(
        "unit",
        [
            Child("journal", lambda: MemoryJournal(memory)),
            Child("connector", lambda: SimulatedConnector(venue, [tape], latency)),
            Supervisor(
                "account",
                [portfolio, Child("desk", lambda: a_desk(fuse))],
                strategy=Strategy.ONE_FOR_ALL,
            ),
        ],
    )


def orders() -> list[PlaceOrder]:
    """Two that trade at once, two that the swing reaches, and one that it does not."""
    price = Decimal(100)
    return [
        PlaceOrder("BTC/USDT", "buy", "market", Decimal(10), None, price * 2),
        PlaceOrder("BTC/USDT", "buy", "limit", Decimal(5), Decimal(95)),
        PlaceOrder("BTC/USDT", "buy", "limit", Decimal(5), Decimal(50)),
        PlaceOrder("BTC/USDT", "sell", "limit", Decimal("2.5"), Decimal(105)),
        PlaceOrder("BTC/USDT", "sell", "market", Decimal("2.5"), None, price),
    ]


async def trade(system: System) -> None:
    """Place them a few minutes apart, cancel what is open in the end, and let all come to rest."""
    desk = system.lookup("/unit/account/desk")
    await trio.sleep(120)
    for order in orders():
        with suppress(AskError, Refusal):  # whoever asked knows no more; journal and venue do
            await desk.ask(order)
        await trio.sleep(180)
    await trio.sleep(5_000)
    for open_order in await desk.ask(ListOpenOrders()):
        with suppress(AskError, Refusal):
            await desk.ask(CancelOrder(open_order.id))
    await trio.sleep(600)
    await system.settle()


def run_with(fuse: Fuse, schedule: Schedule = Schedule.FIFO) -> None:
    """Trade with this fuse, then hold journal, memory and venue against each other."""
    tape, memory = a_tape(), JournalMemory()
    venue = SimulatedVenue([BTC], funds={"USDT": DEPOSIT})

    async def body(system: System) -> None:
        await trade(system)
        portfolio = system.lookup("/unit/account/portfolio")
        balances = await portfolio.ask(GetBalances())
        live = await system.lookup("/unit/account/desk").ask(ListOpenOrders())

        snapshot = memory.load("main")
        assert snapshot.orders == live  # P1
        assert snapshot.balances == balances
        resting = {report.client_id for report in venue.open_orders("BTC/USDT")}
        assert {order.client_id for order in live} == resting  # O1
        assert venue.funds is not None
        for balance in balances:
            assert balance.total == venue.funds.total(balance.asset)  # F7: each fill once, F4
            held = [order.held for order in live if order.held_asset == balance.asset]
            assert balance.reserved == sum(held)  # F3

    tree, has_run = a_tree(fuse, venue, memory, tape), False
    while not has_run:
        has_run = True
        try:
            run_virtual(tree, body, schedule=schedule, start=START)
        except* StartFailed:  # it died in its first start, and so the process: here is the next
            has_run = False


def all_asks() -> int:
    """How often the desk waits where nothing goes wrong."""
    fuse = Fuse(frozenset(), "before")
    run_with(fuse)
    return fuse.asks


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("schedule", list(Schedule), ids=lambda schedule: schedule.value)
def test_a_desk_that_dies_at_any_wait_loses_and_doubles_nothing(
    schedule: Schedule, phase: Literal["before", "after"]
) -> None:
    waits = all_asks()
    assert waits > 30

    for at in range(1, waits + 1):  # A1, A2, C1, C2, H1, H7
        fuse = Fuse(frozenset({at}), phase)
        run_with(fuse, schedule)

        assert fuse.asks > at, f"the desk did not come back after it died at wait {at}"


@pytest.mark.parametrize("later", [1, 2, 3, 5])
def test_a_desk_that_dies_again_while_it_recovers_loses_and_doubles_nothing(later: int) -> None:
    for at in range(1, all_asks() + 1):
        run_with(Fuse(frozenset({at, at + later}), "after"))  # C5, P4
